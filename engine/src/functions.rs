//! The SQL functions that the engine adds to DataFusion's, one a file. Knows nothing of tables or KPIs.

pub mod between;
pub mod edges;
pub mod now;

use chrono::{DateTime, Utc};
use datafusion::error::Result;
use datafusion::prelude::SessionContext;

/// Registers every function that SQL files may use; `now()` answers `now`.
pub fn register(context: &SessionContext, now: DateTime<Utc>) {
    for unit in between::Unit::ALL {
        context.register_udf(between::between(unit));
    }
    context.register_udf(now::now(now));
}

/// Registers the functions that read JSON (`json_get`, `->`, `->>`, …).
///
/// # Errors
/// DataFusion's, when one cannot be registered.
pub fn register_json(context: &mut SessionContext) -> Result<()> {
    datafusion_functions_json::register_all(context)
}
