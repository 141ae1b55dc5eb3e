//! The analysts' doors: SQL that reads, over the PostgreSQL protocol, Arrow Flight SQL and (in `dashboards`) HTTP. Whoever comes is somebody, sees what they may see and leaves a trace; what
//! they ask is bounded in time, room and number. One way to open a session, to judge a statement, to run it and to name its errors, whatever
//! the protocol. Knows no KPI, no page and no clock.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod analysts;
mod audit;
mod calendars;
mod control_schema;
pub mod encode;
pub mod flight;
mod given;
mod limits;
mod parameters;
mod plain;
pub mod postgres;
mod reads;
mod running;
mod scope;
mod sqlstate;
mod statement;

pub use analysts::{Analyst, Analysts, Clock};
pub use calendars::ControlCalendars;
pub use given::{Give, Given, Gone, given, taken};
pub use limits::WireLimits;
pub use parameters::Parameter;
pub use running::Sent;
pub use scope::{profile_of, scope_of};
pub use sqlstate::SqlError;
pub use statement::{Answer, Question};
