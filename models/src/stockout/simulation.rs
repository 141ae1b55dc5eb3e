//! A simulated shop that judges stock-out forecasts: true demand is given, stock and orders follow from a policy that only sees its own sales.
//! Test data, not product: nothing here is asked when a forecast is made. Knows no file.
//!
//! After the reference simulation (a reorder point and an order quantity from raw sales, lost sales, late suppliers), badly run on purpose:
//! sales understate demand, so reorder points fall, so more is lost. A forecast that learns from raw sales repeats the mistake.

mod evaluation;
mod origins;
mod peers;
mod shop;
mod synthetic;

pub use evaluation::{Evaluation, Row, Span, evaluate};
pub use origins::{Origin, origins};
pub use shop::{Order, Shop, Supplied, World, run};
pub use synthetic::{SyntheticDemand, synthetic_demand};
