//! The end of a tenant: everything under its prefix of the lake, counted, removed and looked for again. Knows nothing of what else an
//! installation keeps of a tenant.

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use serde::Serialize;

use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::scope::TenantId;

/// The proof that a tenant's lake is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantErased {
    /// The tenant.
    pub tenant: String,
    /// Files that were removed, logs among them.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files found when its prefix was listed again.
    pub found_after: u64,
    /// When it was.
    pub erased_at: DateTime<Utc>,
}

impl Engine {
    /// Removes everything that the lake holds of `tenant`. What lands meanwhile is found afterwards: end its sources first.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the store refuses; what is left is removed by asking again.
    pub async fn erase_tenant(&self, tenant: &TenantId, now: DateTime<Utc>) -> Result<TenantErased> {
        let failed = |error: object_store::Error| EngineError::storage("cannot remove a tenant's files")(error);
        let (store, prefix) = self.lake.tenant_store(tenant)?;
        let mut erased = TenantErased { tenant: tenant.to_string(), files: 0, bytes: 0, found_after: 0, erased_at: now };
        for object in store.list(Some(&prefix)).try_collect::<Vec<_>>().await.map_err(failed)? {
            match store.delete(&object.location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(error)),
            }
            erased.files += 1;
            erased.bytes += object.size;
        }
        self.lake.forget_tables();
        self.reopen(tenant).await;
        let left = store.list(Some(&prefix)).try_collect::<Vec<_>>().await.map_err(failed)?;
        erased.found_after = u64::try_from(left.len()).unwrap_or(u64::MAX);
        Ok(erased)
    }
}
