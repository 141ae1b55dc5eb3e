// What the HTTP API answers, as it answers it. Numbers are exact decimals; times are RFC 3339 in UTC.

export type Kind = 'sum' | 'ratio' | 'mean' | 'quantile' | 'distinct' | 'level';
export type Grain = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';
export type State = 'good' | 'watch' | 'bad' | 'none';
export type Sense = 'better' | 'worse' | 'same' | 'neutral';
export type View = 'trend' | 'slices' | 'records' | 'reliability' | 'list' | 'health' | 'quarantine' | 'upkeep';
export type Permission = 'dashboards' | 'sql' | 'worklists' | 'sources' | 'reviews' | 'administration';
export type Cell = string | number | boolean | null;

export interface Brand {
  name: string;
  accent: string;
  accent_dark: string;
  logo: string | null;
}

export interface Tenant {
  id: string;
  name: string;
  currency: string;
  zone: string;
  locale: string;
  week_start: string;
  today: string;
  now: string;
}

export interface Me {
  person: { id: string; kind: 'person' | 'token'; name: string; login: string | null; role: string; permissions: Permission[] };
  partner: { id: string; name: string } | null;
  brand: Brand;
  tenants: Tenant[];
  csrf: string | null;
}

export interface PageEntry {
  id: string;
  title: string;
  about: string;
  icon: string;
  order: number;
}

export interface Panel {
  view: View;
  kpi: string | null;
  list: string | null;
  by: string | null;
  grain: Grain | null;
  limit: number | null;
  title: string;
}

export interface Section {
  title: string;
  about: string | null;
  tiles: string[];
  panels: Panel[];
}

export interface Page {
  id: string;
  title: string;
  about: string;
  sections: Section[];
  hidden: { kpi: string; reason: string }[];
}

export interface Kpi {
  id: string;
  title: string;
  about: string;
  domain: string;
  kind: Kind;
  unit: string;
  better: 'higher' | 'lower' | 'neutral';
  owner: string;
  version: number;
  scor: string | null;
  dimensions: string[];
  available: boolean;
  reason: string | null;
}

export interface KpiDefinition extends Kpi {
  sql: string;
  tables: string[];
  definition_hash: string;
}

export interface Span {
  name: string | null;
  from: string;
  to: string;
  label: string;
  complete: boolean;
}

/** A number over a stretch of time, with what it was made of. */
export interface Measure {
  value: number | null;
  currency: string | null;
  numerator: number | null;
  denominator: number | null;
  n: number;
}

export interface Point extends Measure {
  from: string;
  to: string;
  complete: boolean;
  small: boolean;
}

export interface Previous extends Measure {
  from: string;
  to: string;
  label: string;
}

export interface Reading extends Measure {
  kpi: string;
  version: number;
  title: string;
  unit: string;
  kind: Kind;
  better: 'higher' | 'lower' | 'neutral';
  period: Span;
  currencies: Measure[] | null;
  open: number;
  quantiles: { q: number; value: number | null }[] | null;
  age: { p50: number | null; p90: number | null; unit: string } | null;
  small: boolean;
  small_n: number;
  previous: Previous | null;
  change: { absolute: number; relative: number | null; sense: Sense } | null;
  target: { value: number; gap: number | null; met: boolean } | null;
  state: State;
  words: string;
  trend: Point[];
  trend_grain: Grain;
  completeness: InputCompleteness | null;
  knowledge_time: string | null;
  receipt: string;
}

/** Of the records that sources said they hold, how many have arrived: two counts, not divided. */
export interface InputCompleteness {
  arrived: number;
  expected: number;
}

export interface Series {
  kpi: string;
  unit: string;
  currency: string | null;
  kind: Kind;
  grain: Grain;
  period: Span;
  points: Point[];
  previous: Point[];
  target: number | null;
  receipt: string;
  knowledge_time: string | null;
}

export interface Slice {
  key: string | null;
  value: number | null;
  currency: string | null;
  numerator: number | null;
  denominator: number | null;
  n: number;
  small: boolean;
  previous: number | null;
  share: number | null;
}

export interface Slices {
  kpi: string;
  unit: string;
  currency: string | null;
  by: string;
  period: Span;
  slices: Slice[];
  total: number;
  truncated: boolean;
  knowledge_time: string | null;
  receipt: string;
}

/** A page of rows out of `total`. */
export interface Rows {
  columns: { name: string; type: string }[];
  rows: Cell[][];
  total: number;
  offset: number;
  limit: number;
  truncated: boolean;
}

/** A column of a list that is shown; `currency` is the column that tells the currency of its money. */
export interface ListColumn {
  title: string;
  unit: string;
  currency: string | null;
}

/** A course of what was and what is to come: each is a column. Of the bands the widest comes first. */
export interface ListChart {
  day: string;
  actual: string;
  middle: string;
  bands: { title: string; from: string; to: string }[];
}

/** A page of a list out of `total` rows; `fields` is the order of the values in a row. */
export interface ListPage {
  list: string;
  title: string;
  about: string;
  order_by: string;
  descending: boolean;
  columns: Record<string, ListColumn>;
  /** Another list that opens from a row: its rows of the same values in these columns. */
  detail: { list: string; by: string[] } | null;
  chart: ListChart | null;
  fields: { name: string; type: string }[];
  rows: Cell[][];
  total: number;
  offset: number;
  limit: number;
  truncated: boolean;
  knowledge_time: string | null;
}

export interface Records extends Rows, Measure {
  kpi: string;
  receipt: string;
  knowledge_time: string | null;
}

/** A sum that differs from what was told; `missing` is negative when more arrived. */
export interface SumGap {
  column: string;
  currency: string | null;
  expected: number;
  arrived: number;
  missing: number;
}

export interface Gap {
  table: string;
  day: string;
  expected: number;
  arrived: number;
  sums: SumGap[];
}

export interface DayCount extends InputCompleteness {
  day: string;
  complete: boolean;
}

export interface SourceCompleteness extends InputCompleteness {
  days_expected: number;
  days_complete: number;
  missing: number;
  surplus: number;
  missing_sums: { table: string; column: string; currency: string | null; value: number }[];
  worst: Gap | null;
  gaps: Gap[];
  gap_count: number;
  days: DayCount[];
}

export interface SourceHealth {
  source: string;
  title: string;
  instance: string;
  last_record_at: string | null;
  last_loaded_at: string | null;
  rows: number;
  quarantined: number;
  lag_seconds: number | null;
  files: number;
  deliveries: number;
  duplicates: number;
  unreadable: number;
  last_arrival_at: string | null;
  refused: { reason: string; count: number }[];
  conflicts: number;
  completeness: SourceCompleteness | null;
  tables: { table: string; rows: number; last_record_at: string | null }[];
  state: State;
  words: string;
}

export interface TableUpkeep {
  table: string;
  files_waiting: number;
  rows_waiting: number;
  settled_until: string | null;
}

export interface ErasureHealth {
  begun: number;
  erased: number;
  proven: number;
  last_asked_at: string | null;
  files_waiting: number;
}

export interface DoorHealth {
  open_since: string;
  waiting_entries: number | null;
  waiting_bytes: number | null;
}

export interface Health {
  sources: SourceHealth[];
  quarantined: number;
  upkeep: TableUpkeep[];
  erasures: ErasureHealth | null;
  door: DoorHealth | null;
  knowledge_time: string | null;
}

export interface Receipt {
  id: string;
  kpi: string;
  version: number;
  definition_hash: string;
  title: string;
  knowledge_time: string | null;
  watermarks: { table: string; version: number; rows: number }[];
}
