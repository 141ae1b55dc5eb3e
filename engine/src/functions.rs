//! The SQL functions that the engine adds to DataFusion's, one a file. Knows nothing of tables or KPIs.

pub mod between;
pub mod business_minutes;
pub mod convert_money;
pub mod edges;
pub mod interval_times;
pub mod local_time;
pub mod now;
pub mod postgres_formats;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use datafusion::error::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::prelude::SessionContext;

use crate::calendar::Calendars;
use crate::rates::Rates;

/// What functions answer by.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The tenant's now.
    pub now: DateTime<Utc>,
    /// The zone of its days.
    pub zone: Tz,
    /// Its business calendars.
    pub calendars: Arc<Calendars>,
    /// Its exchange rates.
    pub rates: Arc<Rates>,
}

impl Facts {
    /// Those of nobody, at `now`: no calendar, no rate, days of UTC.
    pub fn neutral(now: DateTime<Utc>) -> Self {
        Self { now, zone: Tz::UTC, calendars: Arc::default(), rates: Arc::default() }
    }
}

/// Registers every function that SQL files may use.
///
/// # Errors
/// DataFusion's, when one cannot be registered.
pub fn register(registry: &mut dyn FunctionRegistry, facts: &Facts) -> Result<()> {
    for unit in between::Unit::ALL {
        registry.register_udf(Arc::new(between::between(unit)))?;
    }
    registry.register_udf(Arc::new(now::now(facts.now)))?;
    registry.register_udf(Arc::new(local_time::local_time(facts.zone)))?;
    registry.register_udf(Arc::new(business_minutes::business_minutes(Arc::clone(&facts.calendars))))?;
    registry.register_udf(Arc::new(convert_money::convert_money(Arc::clone(&facts.rates), facts.zone)))?;
    Ok(())
}

/// Has functions and operators of DataFusion's own take what PostgreSQL's take.
///
/// # Errors
/// DataFusion's, when one is not there.
pub fn register_postgres(registry: &mut dyn FunctionRegistry) -> Result<()> {
    for name in postgres_formats::FUNCTIONS {
        let inner = registry.udf(name)?;
        registry.register_udf(Arc::new(postgres_formats::with_postgres_formats(inner)))?;
    }
    registry.register_expr_planner(Arc::new(interval_times::IntervalTimes))
}

/// Registers the functions that read JSON (`json_get`, `->`, `->>`, …).
///
/// # Errors
/// DataFusion's, when one cannot be registered.
pub fn register_json(context: &mut SessionContext) -> Result<()> {
    datafusion_functions_json::register_all(context)
}
