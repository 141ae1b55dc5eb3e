//! The engine: tables in a lake, scopes over them, KPIs made of records, receipts. It alone touches object storage and DataFusion;
//! doors ask it, sources hand it rows through [`landing::Sink`]. It knows no protocol, no page and no clock.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod calendar;
pub mod catalog;
pub mod check;
mod complete;
pub mod completeness;
pub mod contract;
pub mod ddl;
pub mod described;
mod elsewhere;
pub mod engine;
pub mod erasure;
pub mod error;
pub mod features;
pub mod front_matter;
pub mod functions;
pub mod health;
mod kept_calendars;
mod kept_rates;
pub mod kpi;
pub mod lake;
pub mod landing;
pub mod library;
pub mod limits;
pub mod lineage;
pub mod lists;
mod memory;
pub mod policy;
pub mod profile;
pub mod rates;
pub mod retention;
pub mod scope;
pub mod session;
pub mod upkeep;
pub mod workbench;

pub use engine::Engine;
pub use error::{EngineError, Kind, Result};
pub use session::{Answer, Session};
