//! The tables of `sql/tables` that the company fills, and which of its systems tells each. Knows no columns but the one that control totals add.

/// A system of the company: its messages bear `/synth/<name>` as their source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum System {
    /// Shop: customers, orders, card payments, returns, refunds
    Shop,
    /// ERP: products, suppliers, purchases, invoices, bills, transfers
    Erp,
    /// Warehouse: stock, receipts, shipments
    Warehouse,
    /// Service desk: tickets
    Desk,
    /// Automation: workflow runs, steps, approvals
    Automation,
}

impl System {
    pub(super) const ALL: [Self; 5] = [Self::Shop, Self::Erp, Self::Warehouse, Self::Desk, Self::Automation];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Erp => "erp",
            Self::Warehouse => "warehouse",
            Self::Desk => "desk",
            Self::Automation => "automation",
        }
    }
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Approvals,
    Bills,
    Customers,
    InventoryLevels,
    InventoryMovements,
    Invoices,
    OrderLines,
    Orders,
    Payments,
    Products,
    PurchaseOrderLines,
    PurchaseOrders,
    Receipts,
    Refunds,
    Returns,
    Shipments,
    Suppliers,
    TicketEvents,
    Tickets,
    WorkflowRuns,
    WorkflowSteps,
}

impl Table {
    pub(super) const ALL: [Self; 21] = [
        Self::Approvals,
        Self::Bills,
        Self::Customers,
        Self::InventoryLevels,
        Self::InventoryMovements,
        Self::Invoices,
        Self::OrderLines,
        Self::Orders,
        Self::Payments,
        Self::Products,
        Self::PurchaseOrderLines,
        Self::PurchaseOrders,
        Self::Receipts,
        Self::Refunds,
        Self::Returns,
        Self::Shipments,
        Self::Suppliers,
        Self::TicketEvents,
        Self::Tickets,
        Self::WorkflowRuns,
        Self::WorkflowSteps,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Approvals => "approvals",
            Self::Bills => "bills",
            Self::Customers => "customers",
            Self::InventoryLevels => "inventory_levels",
            Self::InventoryMovements => "inventory_movements",
            Self::Invoices => "invoices",
            Self::OrderLines => "order_lines",
            Self::Orders => "orders",
            Self::Payments => "payments",
            Self::Products => "products",
            Self::PurchaseOrderLines => "purchase_order_lines",
            Self::PurchaseOrders => "purchase_orders",
            Self::Receipts => "receipts",
            Self::Refunds => "refunds",
            Self::Returns => "returns",
            Self::Shipments => "shipments",
            Self::Suppliers => "suppliers",
            Self::TicketEvents => "ticket_events",
            Self::Tickets => "tickets",
            Self::WorkflowRuns => "workflow_runs",
            Self::WorkflowSteps => "workflow_steps",
        }
    }

    pub(super) fn system(self) -> System {
        match self {
            Self::Customers | Self::OrderLines | Self::Orders | Self::Payments | Self::Refunds | Self::Returns => System::Shop,
            Self::InventoryLevels | Self::InventoryMovements | Self::Receipts | Self::Shipments => System::Warehouse,
            Self::TicketEvents | Self::Tickets => System::Desk,
            Self::Approvals | Self::WorkflowRuns | Self::WorkflowSteps => System::Automation,
            Self::Bills | Self::Invoices | Self::Products | Self::PurchaseOrderLines | Self::PurchaseOrders | Self::Suppliers => {
                System::Erp
            }
        }
    }

    /// The column of money that control totals add up.
    pub(super) fn money_column(self) -> Option<&'static str> {
        match self {
            Self::OrderLines
            | Self::Orders
            | Self::Invoices
            | Self::Bills
            | Self::Refunds
            | Self::Returns
            | Self::PurchaseOrders
            | Self::PurchaseOrderLines => Some("net_value"),
            Self::Payments => Some("paid_value"),
            Self::Shipments => Some("goods_value"),
            Self::InventoryMovements => Some("cost_value"),
            Self::Approvals | Self::WorkflowRuns => Some("requested_value"),
            Self::Customers
            | Self::InventoryLevels
            | Self::Products
            | Self::Receipts
            | Self::Suppliers
            | Self::TicketEvents
            | Self::Tickets
            | Self::WorkflowSteps => None,
        }
    }
}
