import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Properties;

/** PostgreSQL's JDBC driver against the PostgreSQL door: prints a line a step, its name and what came of it. Arguments: port, tenant, user, password. */
class Jdbc {
    interface Ask {
        Object ask() throws SQLException;
    }

    static void tell(String name, Ask ask) {
        Object answer;
        try {
            answer = ask.ask();
        } catch (SQLException error) {
            answer = error.getSQLState();
        }
        System.out.println(name + ": " + answer);
    }

    static Object only(PreparedStatement statement) throws SQLException {
        try (statement; ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getObject(1);
        }
    }

    public static void main(String[] arguments) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", arguments[2]);
        properties.setProperty("password", arguments[3]);
        // From the second time on a statement is kept by the server, and answers come in binary.
        properties.setProperty("prepareThreshold", "2");
        String url = "jdbc:postgresql://127.0.0.1:" + arguments[0] + "/" + arguments[1];
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            tell("tables", () -> {
                try (ResultSet tables = connection.getMetaData().getTables(null, "public", "order%", new String[] {"TABLE", "VIEW"})) {
                    StringBuilder names = new StringBuilder();
                    while (tables.next()) {
                        names.append(tables.getString("TABLE_NAME")).append(' ');
                    }
                    return names;
                }
            });
            tell("columns", () -> {
                try (ResultSet columns = connection.getMetaData().getColumns(null, "public", "orders", "ordered_at")) {
                    columns.next();
                    return columns.getString("TYPE_NAME") + " " + columns.getInt("NULLABLE");
                }
            });
            tell("schemas", () -> {
                try (ResultSet schemas = connection.getMetaData().getSchemas(null, "k%")) {
                    schemas.next();
                    return schemas.getString(1);
                }
            });
            tell("keys", () -> {
                try (ResultSet keys = connection.getMetaData().getPrimaryKeys(null, "public", "orders")) {
                    return keys.next();
                }
            });
            tell("other keys", () -> {
                try (ResultSet imported = connection.getMetaData().getImportedKeys(null, "public", "orders");
                     ResultSet indices = connection.getMetaData().getIndexInfo(null, "public", "orders", false, true)) {
                    return imported.next() || indices.next();
                }
            });
            tell("kinds of values", () -> {
                try (ResultSet types = connection.getMetaData().getTypeInfo()) {
                    return types.next();
                }
            });
            tell("schema", () -> {
                String before = connection.getSchema();
                connection.setSchema("kpi");
                String after = connection.getSchema();
                connection.setSchema("public");
                return before + " " + after;
            });
            for (int time = 0; time < 3; time++) {
                tell("parameters", () -> {
                    PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM orders WHERE country = ? AND ordered_at >= ? AND net_value > ?");
                    statement.setString(1, "France");
                    statement.setObject(2, OffsetDateTime.parse("2011-06-01T00:00:00Z"));
                    statement.setBigDecimal(3, new BigDecimal("100.50"));
                    return only(statement);
                });
            }
            tell("types", () -> {
                try (Statement statement = connection.createStatement();
                     ResultSet rows = statement.executeQuery("SELECT net_value, ordered_at, line_count, cancelled_at, order_id FROM orders ORDER BY order_id LIMIT 1")) {
                    rows.next();
                    return rows.getBigDecimal(1) + " " + rows.getObject(2, OffsetDateTime.class) + " " + rows.getLong(3) + " " + rows.getObject(4) + " " + rows.getString(5);
                }
            });
            tell("nothing", () -> {
                PreparedStatement statement = connection.prepareStatement("SELECT CAST(? AS TEXT)");
                statement.setNull(1, Types.VARCHAR);
                return only(statement);
            });
            tell("no table", () -> only(connection.prepareStatement("SELECT * FROM nothing")));
            tell("read only", () -> only(connection.prepareStatement("DELETE FROM orders")));
            connection.setAutoCommit(false);
            tell("fetched", () -> {
                try (Statement statement = connection.createStatement()) {
                    statement.setFetchSize(1000);
                    long rows = 0;
                    try (ResultSet all = statement.executeQuery("SELECT order_id FROM orders")) {
                        while (all.next()) {
                            rows++;
                        }
                    }
                    return rows;
                }
            });
            connection.rollback();
            tell("timeout", () -> {
                try (Statement statement = connection.createStatement()) {
                    statement.setQueryTimeout(1);
                    return statement.executeQuery("SELECT count(*) FROM order_lines a CROSS JOIN order_lines b CROSS JOIN order_lines c WHERE a.quantity + b.quantity <> c.quantity");
                }
            });
            connection.rollback();
            tell("afterwards", () -> only(connection.prepareStatement("SELECT 2")));
        }
    }
}
