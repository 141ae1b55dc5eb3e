//! Traces of what was done, written to the audit log in the background, in order and none lost while the process lives: who waits for room waits.
//! Knows no protocol.

use std::time::Duration;

use quarterdeck_control::{AuditEntry, Control};
use tokio::sync::mpsc;

/// Entries written at once.
const AT_ONCE: usize = 256;
/// How long to wait before a store that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Where entries go.
#[derive(Debug, Clone)]
pub(crate) struct Audit(mpsc::Sender<AuditEntry>);

impl Audit {
    /// Writes to `control` what it is given; at most `room` entries wait.
    pub(crate) fn new(control: Control, room: usize) -> Self {
        let (sender, mut receiver) = mpsc::channel(room.max(1));
        tokio::spawn(async move {
            let mut waiting = Vec::with_capacity(AT_ONCE);
            while receiver.recv_many(&mut waiting, AT_ONCE).await > 0 {
                while let Err(error) = control.append_audit(&waiting).await {
                    tracing::error!(%error, entries = waiting.len(), "the audit log cannot be written and will be tried again");
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                waiting.clear();
            }
        });
        Self(sender)
    }

    /// Notes `entry`; waits for room.
    pub(crate) async fn note(&self, entry: AuditEntry) {
        if self.0.send(entry).await.is_err() {
            tracing::error!("the audit log has ended before the process");
        }
    }

    /// Notes `entry` from where nothing can wait: as long as there is room.
    pub(crate) fn note_now(&self, entry: AuditEntry) {
        let audit = self.clone();
        if let Err(mpsc::error::TrySendError::Full(entry)) = self.0.try_send(entry)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { audit.note(entry).await });
        }
    }
}
