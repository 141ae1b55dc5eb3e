//! Models as they are run: frames made the numbers that they compute with, and what they say made rows.

pub mod anomalies;
pub mod churn;
pub mod demand;
mod places;
pub mod returns;
pub mod stockout;
pub mod workload;
