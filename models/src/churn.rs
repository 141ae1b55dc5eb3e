//! Who will not order again soon, and what that puts at stake.

pub mod bg_nbd;
mod descent;
pub mod gamma_gamma;
mod hypergeometric;
mod leaving;
pub mod pareto_nbd;
mod summary;

pub use summary::{FitError, Summary};
