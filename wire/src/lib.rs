//! The analysts' doors: SQL that reads, over the PostgreSQL protocol. Whoever comes is somebody, sees what they may see and leaves a trace; what
//! they ask is bounded in time, room and number. One way to open a session, to judge a statement, to run it and to name its errors, whatever
//! the protocol. Knows no KPI, no page and no clock.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod analysts;
mod audit;
mod limits;
pub mod postgres;
mod reads;
mod running;
mod scope;
mod sqlstate;

pub use analysts::{Analyst, Analysts, Clock};
pub use limits::WireLimits;
pub use scope::{profile_of, scope_of};
pub use sqlstate::SqlError;
