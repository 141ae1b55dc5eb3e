//! Turns files into rows of canonical tables: reads a raw file as its pack declares it, sets aside rows that do not fit, and hands the
//! rest to a [`quarterdeck_engine::landing::Sink`]. Knows no object storage and runs no SQL itself.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cell;
pub mod door;
pub mod error;
pub mod formats;
pub mod journal;
pub mod lander;
pub mod limits;
pub mod load;
pub mod load_source;
mod map;
pub mod pack;
pub mod quarantine;
pub mod raw;
pub mod reading;
pub mod rows;
pub mod source_file;
pub mod sources;
pub mod table_rows;
mod tables;
mod typed_cells;

pub use error::{IngestError, Result};
