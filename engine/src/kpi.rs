//! KPIs: definitions found in `sql/kpis/`, planned as records, and everything that is made of records without further code:
//! readings, series, slices, receipts. No KPI is named here.

pub mod amount;
pub mod cells;
pub mod definition;
pub mod filter;
pub mod frame;
pub mod grain;
pub mod measure;
pub mod period;
pub mod reading;
pub mod receipt;
pub mod records;
pub mod series;
pub mod slices;
