//! The store's contract, on both engines.

use std::sync::Arc;

use aftercare_clock::Fixed;
use domain::id::StaffId;
use store::feed::Place;
use store::health::{Damage, damage};
use store::{Db, DbConfig, Engine, Entropy, Error};
use testkit::{Database, engines};

pub(crate) mod aftercare_clock {
    use domain::time::{Clock, Timestamp};

    /// A clock that stands still.
    pub(crate) struct Fixed(pub(crate) Timestamp);

    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            self.0
        }
    }
}

async fn open(config: &DbConfig) -> Db {
    let clock = Arc::new(Fixed(testkit::NOW.parse().unwrap()));
    Db::open(config, clock, &Entropy::new([3; 32])).await.unwrap()
}

fn group(id: &str) -> store::staff::GroupRow {
    store::staff::GroupRow { id: id.into(), name: id.to_owned(), active: true, version: 0 }
}

async fn group_names(db: &Db) -> Vec<String> {
    let read = db.read(|r| Ok::<_, Error>(store::staff::groups(r)?.into_iter().map(|g| g.name).collect()));
    read.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_can_be_prepared_on_both_engines() {
    for database in engines().await {
        let db = open(&database.config()).await;
        let engine = db.engine();
        let all = store::all_statements(engine);
        assert!(all.len() > 120, "only {} statements", all.len());
        let broken: Vec<_> = db
            .read(move |r| {
                Ok::<_, Error>(
                    all.iter()
                        .filter_map(|(name, text)| r.prepare(text).err().map(|e| format!("{name}: {e}")))
                        .collect(),
                )
            })
            .await
            .unwrap();
        assert!(broken.is_empty(), "{}: {broken:#?}", engine.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_fails_changes_nothing_and_does_not_disturb_the_others() {
    for database in engines().await {
        let db = open(&database.config()).await;
        let good = db.write(|w| store::staff::put_group(w, &group("good")));
        let bad = db.write(|w| {
            store::staff::put_group(w, &group("bad"))?;
            Err::<(), _>(Error::NotFound("something"))
        });
        let twice = db.write(|w| {
            store::staff::put_group(w, &group("twice"))?;
            store::staff::put_group(w, &group("twice"))
        });
        let (good, bad, twice) = tokio::join!(good, bad, twice);
        good.unwrap();
        assert!(matches!(bad, Err(Error::NotFound("something"))));
        assert!(matches!(twice, Err(Error::Exists(_))), "{twice:?}");
        assert_eq!(group_names(&db).await, ["good"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_panics_is_undone_and_the_store_goes_on() {
    for database in engines().await {
        let db = open(&database.config()).await;
        let broken = db.write(|w| {
            store::staff::put_group(w, &group("lost"))?;
            assert!(w.next_id().is_empty(), "on purpose");
            Ok::<(), Error>(())
        });
        assert!(matches!(broken.await, Err(Error::Panicked)));
        db.write(|w| store::staff::put_group(w, &group("kept"))).await.unwrap();
        assert_eq!(group_names(&db).await, ["kept"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_at_once_lose_nothing() {
    for database in engines().await {
        let db = open(&database.config()).await;
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move { db.write(|w| store::ticket::next_number(w, 2026)).await.unwrap() })
            })
            .collect();
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.push(task.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=200).collect::<Vec<i64>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_over_a_newer_version_is_stale() {
    for database in engines().await {
        let db = open(&database.config()).await;
        db.write(|w| store::staff::put_group(w, &group("g"))).await.unwrap();
        let rename = |version| {
            move |w: &mut store::Work<'_>| {
                let row = store::staff::GroupRow { version, name: format!("v{version}"), ..group("g") };
                store::staff::put_group(w, &row)
            }
        };
        db.write(rename(1)).await.unwrap();
        assert!(matches!(db.write(rename(1)).await, Err(Error::Stale("group"))));
        assert_eq!(group_names(&db).await, ["v1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_is_read_in_order_and_from_a_position() {
    for database in engines().await {
        let db = open(&database.config()).await;
        for key in ["a", "b", "c"] {
            db.write(move |w| w.publish("ticket", key)).await.unwrap();
        }
        // Transactions count for the whole server: those of other tests may hold lines back for a moment.
        while db.read(store::feed::is_held).await.unwrap() {
            tokio::task::yield_now().await;
        }
        let read = |after| db.read(move |r| store::feed::after(r, after, 10));
        let all = read(Place::default()).await.unwrap();
        assert_eq!(all.iter().map(|n| n.key.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        let rest = read(all[0].place.to_string().parse().unwrap()).await.unwrap();
        assert_eq!(rest.iter().map(|n| n.key.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_claimed_once_and_an_old_fence_is_refused() {
    for database in engines().await {
        let db = open(&database.config()).await;
        db.write(|w| store::job::insert(w, "letter", &"x", w.now()).map(drop)).await.unwrap();
        let first = db.write(|w| store::job::claim(w, 10)).await.unwrap();
        assert_eq!(first.len(), 1);
        assert!(db.write(|w| store::job::claim(w, 10)).await.unwrap().is_empty());
        let mut old = first[0].clone();
        old.fence -= 1;
        assert!(matches!(db.write(move |w| store::job::done(w, &old)).await, Err(Error::Stale("job"))));
        let mine = first[0].clone();
        db.write(move |w| store::job::done(w, &mine)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_a_restart() {
    let database = Database::sqlite();
    {
        let db = open(&database.config()).await;
        db.write(|w| store::staff::put_group(w, &group("kept"))).await.unwrap();
    }
    assert_eq!(group_names(&open(&database.config()).await).await, ["kept"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_are_the_same_on_both_engines_but_for_twins() {
    let names = |e| {
        let bare = |name: &str| name.replace(".sqlite.", ".").replace(".postgres.", ".");
        store::migrations(e).into_iter().map(|m| bare(m.name)).collect::<Vec<_>>()
    };
    assert_eq!(names(Engine::Sqlite), names(Engine::Postgres));
    assert!(names(Engine::Sqlite).is_sorted());
    // Opening twice runs nothing twice.
    for database in engines().await {
        open(&database.config()).await;
        let db = open(&database.config()).await;
        let nobody = db.read(|r| store::staff::one(r, &StaffId::from("x"))).await.unwrap();
        assert!(nobody.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_on_one_node_rings_on_the_other() {
    let database = Database::postgres().await;
    let (here, there) = (open(&database.config()).await, open(&database.config()).await);
    let mut news = there.news();
    news.mark_unchanged();
    // The other node may still be on its way to listen, so it is told again until it hears.
    let mut told = 0;
    while !news.has_changed().unwrap() {
        here.write(|w| w.publish("test", "x")).await.unwrap();
        told += 1;
        assert!(told < 20_000, "the other node never heard");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_is_called_empty_and_a_whole_one_sound() {
    let database = Database::postgres().await;
    assert_eq!(damage(&database.config()).await.unwrap(), [Damage::Empty]);
    open(&database.config()).await;
    assert_eq!(damage(&database.config()).await.unwrap(), []);
}
