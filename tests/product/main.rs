//! The product where users stand: the program's own commands, its HTTP door over a real port, and properties over real records. One
//! binary: linking DataFusion is the loop.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests stop at the first surprise")]

mod administering;
mod attacks;
mod bad_input;
mod door;
mod erasure;
mod extension;
mod figures;
mod flight_door;
mod forecasts;
mod functions;
mod http;
mod http_sql;
mod knowledge_time;
mod live;
mod live_census;
mod live_kill;
mod live_knowledge;
mod live_order;
mod live_payloads;
mod live_storage;
mod live_support;
mod loading;
mod mending;
mod policies;
mod postgres_door;
mod receipts;
mod reconciliation;
mod roles;
mod scan;
mod scopes;
mod serving;
mod signing_in;
mod sql_files;
mod support;
mod tidy;
