//! Features to forecasts: pure functions of numbers, seeded, without input or output and without a clock. Knows no table, no SQL, no tenant.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod demand;
pub mod distribution;
pub mod scores;
