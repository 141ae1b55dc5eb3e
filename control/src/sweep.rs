//! What can be forgotten is, when somebody asks: sessions that ended long ago, counts of failed sign-ins, sign-ins that never
//! came back. Does not know how often that is.

use chrono::{DateTime, Utc};

use crate::{Control, Result};

impl Control {
    /// Drops rows that no longer matter; once an hour will do, on any node. Returns how many.
    ///
    /// # Errors
    /// [`crate::ControlError::Store`].
    pub async fn sweep(&self, now: DateTime<Utc>) -> Result<u64> {
        let sessions = self.forget_sessions(now).await? + self.forget_token_sessions(now).await?;
        Ok(sessions + self.forget_attempts(now).await? + self.forget_provider_sign_ins(now).await?)
    }
}
