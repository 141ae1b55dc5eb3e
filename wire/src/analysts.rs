//! Those who ask in SQL: a session each on one tenant, opened under their scope, looked at anew for every statement, and a place among the
//! tenant's statements while one runs. Knows no protocol.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use quarterdeck_control::{AuditAction, AuditEntry, AuditWho, Control, Identity, Permission, Tenant};
use quarterdeck_engine::{Engine, Session};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::audit::Audit;
use crate::limits::WireLimits;
use crate::scope::{profile_of, scope_of};
use crate::sqlstate::{SqlError, code};

/// What tells the time.
pub type Clock = fn() -> DateTime<Utc>;

/// What every door for analysts needs; cheap to clone.
#[derive(Clone)]
pub struct Analysts {
    pub(crate) engine: Engine,
    pub(crate) control: Control,
    pub(crate) limits: Arc<WireLimits>,
    pub(crate) clock: Clock,
    pub(crate) audit: Audit,
    /// Places for statements, by tenant.
    places: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
}

/// Somebody who has signed in, with a session on one tenant.
pub struct Analyst {
    analysts: Analysts,
    identity: Identity,
    tenant: Tenant,
    session: Session,
}

impl Analysts {
    /// Doors over `engine` for those whom `control` knows. To be made within a runtime: it writes the audit log in the background.
    pub fn new(engine: Engine, control: Control, limits: WireLimits, clock: Clock) -> Self {
        let audit = Audit::new(control.clone(), limits.audit_queue);
        Self { engine, control, limits: Arc::new(limits), clock, audit, places: Arc::default() }
    }

    /// Limits in force.
    pub fn limits(&self) -> &WireLimits {
        &self.limits
    }

    /// A session for `identity` on the tenant named `tenant`.
    ///
    /// # Errors
    /// [`SqlError`] when they do not see the tenant, which is then as unknown as one that does not exist, or may not ask in SQL.
    pub async fn open(&self, identity: Identity, tenant: &str) -> Result<Analyst, SqlError> {
        let unknown = || SqlError::new("3D000", format!("database \"{tenant}\" does not exist"));
        let scope = scope_of(&identity)?;
        let id = scope.tenant(tenant).map_err(|_| unknown())?.clone();
        if !identity.may_in(id.as_str(), Permission::Sql) {
            return Err(SqlError::new(code::MAY_NOT, "your role does not ask in SQL: an analyst's does"));
        }
        let tenant = self.control.tenant(id.as_str()).await.map_err(|_| unknown())?;
        let session = self.engine.session(&scope, id.as_str(), profile_of(&tenant, (self.clock)()), None).await?;
        let session = session.within_memory(self.limits.statement_memory_bytes);
        Ok(Analyst { analysts: self.clone(), identity, tenant, session })
    }

    /// A place for a statement of `tenant`; waits for its turn.
    ///
    /// # Errors
    /// [`SqlError`] when the turn does not come in time.
    pub(crate) async fn place(&self, tenant: &str) -> Result<OwnedSemaphorePermit, SqlError> {
        let places = {
            let mut all = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(self.limits.tenant_statements.max(1)));
            Arc::clone(all.entry(tenant.to_owned()).or_insert_with(new))
        };
        let waiting = Duration::from_millis(self.limits.waiting_ms);
        match tokio::time::timeout(waiting, places.acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(SqlError::new(code::INTERNAL, "the tenant's statements have ended")),
            Err(_) => {
                let limit = self.limits.tenant_statements;
                let message = format!("{limit} statements of the tenant are running (tenant_statements), and none ended in time");
                Err(SqlError::new(code::LIMIT, message).with_hint("try again, or ask for less at once"))
            }
        }
    }
}

impl Analyst {
    /// Who asks.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The tenant that is asked of.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The session, as of its last look.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The doors that they came by.
    pub(crate) fn analysts(&self) -> &Analysts {
        &self.analysts
    }

    /// Limits in force.
    pub(crate) fn limits(&self) -> &WireLimits {
        &self.analysts.limits
    }

    /// Looks at what has landed since, or as known at `as_of`.
    ///
    /// # Errors
    /// [`SqlError`] when storage does not answer.
    pub async fn look(&mut self, as_of: Option<DateTime<Utc>>) -> Result<(), SqlError> {
        let profile = profile_of(&self.tenant, (self.analysts.clock)());
        self.session = self.analysts.engine.renewed(&self.session, profile, as_of).await?;
        Ok(())
    }

    /// An entry for the audit log about what they do now.
    pub(crate) fn entry(&self, action: AuditAction) -> AuditEntry {
        let who = AuditWho::from(&self.identity);
        AuditEntry::new((self.analysts.clock)(), who, action, Some(&self.tenant.id))
    }
}
