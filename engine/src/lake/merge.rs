//! Records that are told in parts, made whole: of each column the newest word on it. Knows which versions belong together from
//! [`super::resolve`], and nothing of ranks.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt32Array, new_null_array};
use arrow::compute::{concat_batches, filter_record_batch, take};
use arrow::error::ArrowError;
use datafusion::execution::runtime_env::RuntimeEnv;

use super::conform::conform;
use super::positions::only;
use super::provider::TableVersion;
use super::resolve::{Merge, Place};
use super::versions;
use crate::contract::{SYSTEM_COLUMNS, TELLS, TableContract};
use crate::error::{EngineError, Result};

/// The merged records that have every value the contract asks for; none when there are none.
///
/// # Errors
/// [`EngineError::Storage`] when a file cannot be read.
pub async fn rows(
    table: &TableVersion,
    contract: &TableContract,
    merges: &[Merge],
    runtime: &RuntimeEnv,
) -> Result<Option<RecordBatch>> {
    if merges.is_empty() {
        return Ok(None);
    }
    let failed = |error: ArrowError| EngineError::Internal(format!("merging records of {}: {error}", contract.name));
    let mut places: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for Place { file, position } in
        merges.iter().flat_map(|merge| merge.whole.iter().chain(merge.partial.iter().map(|(place, _)| place)))
    {
        places.entry(*file).or_default().push(*position);
    }
    let mut parts = Vec::new();
    let mut index = HashMap::new();
    for (file, mut positions) in places {
        positions.sort_unstable();
        positions.dedup();
        for position in &positions {
            index.insert(Place { file, position: *position }, u32::try_from(index.len()).unwrap_or(u32::MAX));
        }
        let lake_file = &table.files()[usize::try_from(file).unwrap_or(usize::MAX)];
        for batch in versions::rows(table, lake_file, None, Some(only(&positions, lake_file.rows)), runtime).await? {
            parts.push(conform(table.schema(), &batch).map_err(failed)?);
        }
    }
    let told = concat_batches(table.schema(), &parts).map_err(failed)?;
    let merged = merged(table, contract, merges, &index, &told).map_err(failed)?;
    Ok((merged.num_rows() > 0).then_some(merged))
}

fn merged(
    table: &TableVersion,
    contract: &TableContract,
    merges: &[Merge],
    index: &HashMap<Place, u32>,
    told: &RecordBatch,
) -> std::result::Result<RecordBatch, ArrowError> {
    let of = |place: &Place| index.get(place).copied();
    // The newest version gives the key and the system columns.
    let newest = |merge: &Merge| merge.partial.last().map(|(place, _)| place).or(merge.whole.as_ref()).and_then(of);
    let told_last = |merge: &Merge, column: &str| {
        let tells = |columns: &str| columns.split(',').any(|told| told == column);
        merge
            .partial
            .iter()
            .rev()
            .find(|(_, columns)| tells(columns))
            .map(|(place, _)| place)
            .or(merge.whole.as_ref())
            .and_then(of)
    };
    let is_own = |name: &str| {
        !contract.primary_key.iter().any(|key| key == name) && !SYSTEM_COLUMNS.iter().any(|(system, _)| *system == name)
    };
    let column = |(field, values): (&Arc<arrow::datatypes::Field>, &ArrayRef)| {
        let name = field.name().as_str();
        if name == TELLS {
            return Ok(new_null_array(field.data_type(), merges.len()));
        }
        let from = |merge: &Merge| if is_own(name) { told_last(merge, name) } else { newest(merge) };
        take(values, &merges.iter().map(from).collect::<UInt32Array>(), None)
    };
    let columns =
        told.schema_ref().fields().iter().zip(told.columns()).map(column).collect::<std::result::Result<Vec<_>, _>>()?;
    let merged = RecordBatch::try_new(Arc::clone(table.schema()), columns)?;
    let required = contract.columns.iter().filter(|column| column.required);
    let complete =
        required.filter_map(|column| merged.column_by_name(&column.name)).fold(vec![true; merges.len()], |mut whole, values| {
            whole.iter_mut().enumerate().for_each(|(row, whole)| *whole &= values.is_valid(row));
            whole
        });
    filter_record_batch(&merged, &BooleanArray::from(complete))
}
