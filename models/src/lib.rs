//! Features to forecasts: pure functions of numbers, seeded, without input or output and without a clock. Knows no table, no SQL, no tenant.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod anomaly;
pub mod distribution;
pub mod false_discovery;
pub mod interval;
pub mod oversight;
pub mod returns;
pub mod robust;
pub mod scores;
pub mod sla_risk;
pub mod workload;
