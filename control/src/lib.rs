//! Who may see what, who may send what, and what was agreed: partners, brands, tenants, grants, calendars, targets, tokens,
//! registrations of sources, control totals and receipts, kept in one transactional store (SQLite; the SQL is plain enough
//! for PostgreSQL).
//!
//! Deliberately does not know: records, KPIs beyond their names, DataFusion, HTTP, and the clock: `now` is an argument.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod brand;
mod business_time;
mod calendar;
mod control_total;
mod error;
mod grant;
mod hexadecimal;
mod local_time;
mod logo;
mod opening;
mod partner;
mod receipt;
mod registration;
mod role;
mod slug;
mod store;
mod stored;
mod target;
mod tenant;
mod token;

pub use brand::Brand;
pub use calendar::{Calendar, WeeklyHours};
pub use control_total::{CONTROL_TOTALS_MAX, ColumnSum, ControlTotal};
pub use error::{ControlError, Kind, Result};
pub use grant::{Domains, Grant};
pub use opening::Opening;
pub use partner::Partner;
pub use receipt::{RECEIPT_BODY_MAX_BYTES, Receipt};
pub use registration::{
    IssuedRegistration, KeptSecret, LIVE_SECRETS_MAX, LiveRegistration, LiveSecret, Registration, RegistrationRequest,
    SigningSecret,
};
pub use role::Role;
pub use slug::check_slug;
pub use store::Control;
pub use target::Target;
pub use tenant::{Tenant, weekday_name};
pub use token::{Identity, IssuedToken, TokenRequest, TokenScope};
