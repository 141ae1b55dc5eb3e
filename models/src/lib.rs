//! Features to forecasts: pure functions of numbers, seeded, without input or output and without a clock. Knows no SQL and no tenant; tables
//! only by the rows that it gives.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod anomaly;
pub mod calibration;
pub mod churn;
pub mod confidence;
pub mod demand;
pub mod distribution;
pub mod false_discovery;
pub mod frame;
pub mod interval;
pub mod issue;
pub mod model;
pub mod oversight;
pub mod returns;
mod robust;
pub mod rows;
pub mod scores;
pub mod sla_risk;
pub mod stockout;
pub mod workload;
