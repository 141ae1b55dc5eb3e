//! Who may see what, who may send what, what was agreed, and what was done: partners, brands, tenants, grants, people and
//! their roles, passwords, sessions and tokens, calendars, targets, registrations of sources, control totals, receipts and
//! the audit log, kept in one transactional store (SQLite, or PostgreSQL by URL).
//!
//! Deliberately does not know: records, KPIs beyond their names, DataFusion, HTTP, and the clock: `now` is an argument.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod administration;
mod attempt;
mod audit;
mod brand;
mod calendar;
mod control_total;
mod error;
mod first_start;
mod grant;
mod hexadecimal;
mod identity;
mod installation;
mod local_time;
mod logo;
mod membership;
mod opening;
mod partner;
mod password;
mod person;
mod place;
mod provider;
mod receipt;
mod registration;
mod role;
mod scram;
mod session;
mod sign_in;
mod slug;
mod store;
mod stored;
mod sweep;
mod target;
mod tenant;
mod tenant_erasure;
#[cfg(test)]
mod testing;
mod token;
mod token_session;
mod wire_sign_in;

pub use administration::{Administration, Given, NewPerson, PersonRoles, Places};
pub use attempt::{
    ADDRESS_BLOCK_MAX_SECONDS, ADDRESS_FREE_FAILURES, KNOWN_ADDRESS_DAYS, LOGIN_BLOCK_MAX_SECONDS, LOGIN_FREE_FAILURES,
    PAIR_BLOCK_MAX_SECONDS, PAIR_FREE_FAILURES,
};
pub use audit::{
    AUDIT_DETAIL_MAX_BYTES, AUDIT_PAGE_MAX, AuditAction, AuditBreak, AuditEntry, AuditFilter, AuditHead, AuditRecord,
    AuditVerification, AuditWho,
};
pub use brand::Brand;
pub use calendar::{Calendar, WeeklyHours};
pub use control_total::{CONTROL_TOTALS_MAX, ColumnSum, ControlTotal};
pub use error::{ControlError, Kind, Result};
pub use first_start::{FIRST_ADMINISTRATOR_LOGIN, FirstAdministrator};
pub use grant::{Domains, Grant, RowFilter};
pub use identity::{Identity, Subject, SubjectKind, TenantAccess};
pub use membership::Membership;
/// What an HTTP client for identity providers is given, and gives.
pub use openidconnect::{HttpRequest, HttpResponse};
pub use opening::Opening;
pub use partner::Partner;
pub use password::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARACTERS};
pub use person::{Person, PersonRequest};
pub use place::Place;
pub use provider::{FirstSignIn, IdentityProvider, PROVIDER_SIGN_IN_MINUTES, ProviderSignIn, ProviderStart};
pub use receipt::{RECEIPT_BODY_MAX_BYTES, Receipt};
pub use registration::{
    IssuedRegistration, KeptSecret, LIVE_SECRETS_MAX, LiveRegistration, LiveSecret, Registration, RegistrationRequest,
    SigningSecret,
};
pub use role::{Permission, Role};
pub use scram::{SCRAM_ITERATIONS, ScramSecret};
pub use session::{
    IssuedSession, SESSION_IDLE_MAX_HOURS, SESSION_MAX_DAYS, SESSION_SEEN_SECONDS, Session, csrf_token, csrf_token_matches,
};
pub use sign_in::SignIn;
pub use slug::check_slug;
pub use store::Control;
pub use target::Target;
pub use tenant::{Tenant, weekday_name};
pub use tenant_erasure::{Gone, TenantErasure};
pub use token::{IssuedToken, TOKEN_USED_SECONDS, Token, TokenRequest, TokenScope};
pub use token_session::{TOKEN_SESSION_MAX_DAYS, is_token_session};
pub use wire_sign_in::WireSignIn;
