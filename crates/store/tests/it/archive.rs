//! An archive forgets nothing: every table and column is in it, or is named as left out.

use std::collections::BTreeSet;

use rusqlite::Connection;
use store::archive::{LEFT_OUT, LEFT_OUT_COLUMNS, NOUNS};
use store::{Engine, migrations};

#[test]
fn every_table_and_column_is_in_the_archive_or_left_out_by_name() {
    let conn = Connection::open_in_memory().unwrap();
    for m in migrations(Engine::Sqlite) {
        conn.execute_batch(m.text()).unwrap();
    }
    let list = |sql: &str| -> BTreeSet<String> {
        conn.prepare(sql).unwrap().query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let tables = list("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    for table in &tables {
        let Some(noun) = NOUNS.iter().find(|n| n.table == table) else {
            assert!(
                LEFT_OUT.iter().any(|(name, _)| name == table),
                "{table} is neither archived nor left out by name"
            );
            continue;
        };
        let columns = list(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let known: BTreeSet<String> = noun
            .columns
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .chain(LEFT_OUT_COLUMNS.iter().filter(|(t, _)| t == table).map(|(_, c)| (*c).to_owned()))
            .collect();
        assert_eq!(columns, known, "{table}");
    }
    for noun in NOUNS {
        assert!(tables.contains(noun.table), "{} is no table", noun.table);
    }
}
