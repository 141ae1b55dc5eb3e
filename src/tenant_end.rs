//! The end of a whole tenant: what the control store, the journal and the lake hold of it goes, in rounds, until a round finds nothing. Told by the
//! command line, gone on with by serving. Each round is safe to kill, and safe beside whoever has not heard of the end yet.

use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;
use quarterdeck_control::{AuditAction, AuditEntry, AuditWho, Control, Gone, TenantErasure};
use quarterdeck_engine::Engine;
use quarterdeck_engine::scope::TenantId;
use quarterdeck_ingest::journal::{Journal, Position};

use crate::clock;

/// Ends the tenant in the control store: from here on nobody sees it and nobody sends to it.
pub(crate) async fn begin(control: &Control, tenant: &TenantId, by: &str, reason: &str) -> Result<TenantErasure> {
    let ended = control.begin_tenant_erasure(tenant.as_str(), by, reason, clock::now()).await?;
    let entry = AuditEntry::new(clock::now(), AuditWho::Service, AuditAction::TenantChange, Some(tenant.as_str()));
    control.append_audit(&[entry.with("ended", true)]).await?;
    Ok(ended)
}

/// Removes what is there, and notes it. With `grace`, an empty round proves the end only so long after it was asked for: until then a node
/// that has not heard of it may still write.
pub(crate) async fn round(
    engine: &Engine,
    control: &Control,
    journal: Option<&dyn Journal>,
    erasure: &TenantErasure,
    grace: Duration,
) -> Result<TenantErasure> {
    let tenant = TenantId::parse(&erasure.tenant_id)?;
    let mut found = Gone::default();
    if let Some(journal) = journal {
        found.messages = journal.waiting(tenant.as_str()).await?.entries;
        journal.forget(tenant.as_str(), Position::MAX).await?;
    }
    let removed = engine.remove_tenant(&tenant).await?;
    (found.files, found.file_bytes) = (removed.files, removed.bytes);
    let is_over = clock::now().signed_duration_since(erasure.asked_at) >= TimeDelta::from_std(grace).unwrap_or(TimeDelta::MAX);
    if let (true, Some(journal)) = (is_over, journal) {
        journal.scrub().await?;
    }
    let may_prove = is_over && journal.is_some();
    Ok(control.note_tenant_erasure(tenant.as_str(), found, may_prove, clock::now()).await?)
}
