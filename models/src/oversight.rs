//! Whether a model may still be believed: scored on its past, compared with a challenger, watched for drift, bias, coverage and verdicts. Knows
//! losses and outcomes, never the model that made them.

pub mod backtest;
pub mod coverage;
pub mod drift;
pub mod promotion;
pub mod thin_data;
pub mod tracking;
pub mod verdicts;
