//! The exchange rates of tenants, read from their table once for each of its versions. Knows no function that uses them.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type};
use chrono::{DateTime, Utc};
use datafusion::execution::SessionState;
use datafusion::prelude::{Expr, SessionContext, cast, ident};
use moka::future::Cache;
use rust_decimal::Decimal;

use crate::contract::{Contracts, TableContract};
use crate::error::{EngineError, Result};
use crate::lake::current::FileCaches;
use crate::lake::file_name::Holds;
use crate::lake::provider::{LakeFile, TableVersion};
use crate::lake::snapshot::TenantSnapshot;
use crate::limits::EngineLimits;
use crate::policy::Policy;
use crate::rates::{self, Rates};
use crate::scope::TenantId;

/// About what a rate takes in memory, in bytes.
const RATE_BYTES: usize = 64;

/// Rates by everything they depend on; cheap to clone.
#[derive(Clone)]
pub(crate) struct KeptRates {
    kept: Cache<Key, Arc<Rates>>,
    most: usize,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    policy: Arc<Policy>,
    /// Of the table of rates.
    version: u64,
    /// Its new files of which the batch has landed: those of a landing under way are there earlier than they are seen.
    seen: usize,
    as_of: Option<DateTime<Utc>>,
    occurred_before: Option<DateTime<Utc>>,
}

/// Whose rates, and what they are read with.
pub(crate) struct AskedRates<'a> {
    pub(crate) tenant: &'a TenantId,
    pub(crate) snapshot: &'a TenantSnapshot,
    pub(crate) policy: &'a Arc<Policy>,
    pub(crate) as_of: Option<DateTime<Utc>>,
    pub(crate) caches: &'a FileCaches,
    pub(crate) planning: &'a SessionState,
}

impl KeptRates {
    /// None yet.
    pub(crate) fn new(limits: &EngineLimits) -> Self {
        let weigh = |_: &Key, rates: &Arc<Rates>| u32::try_from(512 + rates.len() * RATE_BYTES).unwrap_or(u32::MAX);
        let kept = Cache::builder().max_capacity(limits.rate_cache_bytes).weigher(weigh).build();
        Self { kept, most: limits.exchange_rates }
    }

    /// The rates that are asked for; none where the table may not be seen.
    ///
    /// # Errors
    /// [`EngineError::Storage`] or [`EngineError::Query`] when they cannot be read.
    pub(crate) async fn of(&self, asked: &AskedRates<'_>, contracts: &Contracts) -> Result<Arc<Rates>> {
        let Some(table) = asked.snapshot.table(rates::TABLE) else { return Ok(Arc::default()) };
        let Ok(contract) = contracts.get(rates::TABLE) else { return Ok(Arc::default()) };
        if !asked.policy.sees(contract) {
            return Ok(Arc::default());
        }
        let batches = asked.snapshot.batches();
        let is_seen = |file: &&LakeFile| matches!(&file.name.holds, Holds::Part { batch } if batches.is_seen(batch, None));
        let key = Key {
            tenant: asked.tenant.clone(),
            policy: Arc::clone(asked.policy),
            version: table.version(),
            seen: table.files().iter().filter(is_seen).count(),
            as_of: asked.as_of,
            occurred_before: asked.snapshot.occurred_before(),
        };
        if let Some(kept) = self.kept.get(&key).await {
            return Ok(kept);
        }
        let rates = Arc::new(self.read(asked, table, contract).await?);
        self.kept.insert(key, Arc::clone(&rates)).await;
        Ok(rates)
    }

    async fn read(&self, asked: &AskedRates<'_>, table: &Arc<TableVersion>, contract: &Arc<TableContract>) -> Result<Rates> {
        let failed = || EngineError::query("reading exchange rates");
        let runtime = asked.planning.runtime_env();
        let state = asked.snapshot.current(table, contract, asked.as_of, asked.caches, runtime).await?;
        let guarded = asked.policy.guard(Arc::clone(&state.selection) as _, contract, asked.planning).map_err(failed())?;
        let context = SessionContext::new_with_state(asked.planning.clone());
        let frame = context.read_table(guarded).and_then(|frame| frame.select(columns())).map_err(failed())?;
        // One more than may be held tells that there are too many.
        let frame = frame.limit(0, Some(self.most.saturating_add(1))).map_err(failed())?;
        let mut rates = Rates::default();
        let mut rows = 0;
        for batch in frame.collect().await.map_err(failed())? {
            rows += batch.num_rows();
            add(&mut rates, &batch);
        }
        if rows > self.most {
            rates.cut_off(self.most);
        }
        Ok(rates)
    }
}

fn columns() -> Vec<Expr> {
    let [table, from, to, valid_from, rate] = rates::COLUMNS.map(ident);
    let texts = [table, from, to].map(|column| cast(column, DataType::Utf8));
    texts.into_iter().chain([valid_from, rate]).collect()
}

fn add(rates: &mut Rates, batch: &RecordBatch) {
    let [table, from, to] = [0, 1, 2].map(|index| batch.column(index).as_string::<i32>());
    let (days, numbers) = (batch.column(3).as_primitive::<Date32Type>(), batch.column(4).as_primitive::<Decimal128Type>());
    let scale = u32::from(numbers.scale().unsigned_abs());
    for row in (0..batch.num_rows()).filter(|row| batch.columns().iter().all(|column| column.is_valid(*row))) {
        let day = Date32Type::to_naive_date_opt(days.value(row));
        // A rate of more digits than can be reckoned with is none: a conversion by it says that there is none.
        let rate = Decimal::try_from_i128_with_scale(numbers.value(row), scale).ok();
        if let (Some(day), Some(rate)) = (day, rate) {
            rates.add(table.value(row), from.value(row), to.value(row), day, rate);
        }
    }
}
