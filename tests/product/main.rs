//! The product where users stand: the program's own commands, its HTTP door over a real port, and properties over real records. One
//! binary: linking DataFusion is the loop.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests stop at the first surprise")]

mod bad_input;
mod extension;
mod figures;
mod http;
mod knowledge_time;
mod loading;
mod receipts;
mod scan;
mod scopes;
mod sql_files;
mod support;
mod tidy;
