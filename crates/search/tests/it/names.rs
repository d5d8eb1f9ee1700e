//! Names of products and modules: made-up words that no dictionary has. Neighbouring pairs find them; this measures how
//! well, so that nobody has to guess whether a dictionary of names is worth its machinery.

use domain::access::Scope;
use domain::ticket::Severity;
use search::{Ask, Entry, Position, Reader, Search, TicketEntry};

const FIRST: [&str; 20] = [
    "斑马", "梦龙", "鲁班", "易建", "红圈", "云尺", "筑智", "锐岩", "广厦", "青檬", "码砖", "极目", "品茗",
    "匠渠", "禾枫", "砼心", "驭图", "衡鲲", "飞象", "小蜗",
];
const SECOND: [&str; 10] = ["进度", "计划", "算量", "云", "协同", "安全", "甘特", "台账", "的家", "一点通"];
/// Within a sentence this holds other words together, so that a name with it is not always first.
const PARTICLE: &str = "的";
/// How people write about a product; the last one names two words that are everywhere.
const TEXTS: [&str; 5] =
    ["{}打不开了", "我们的{}昨天升级以后报错", "{}里的计划进度不对", "安装{}失败", "请问{}在哪里导出"];
const QUESTIONS: [&str; 5] = ["{}", "{} 打不开", "{}打不开", "怎么安装{}", "{}导出在哪里"];

fn names() -> Vec<String> {
    FIRST.iter().flat_map(|a| SECOND.iter().map(move |b| format!("{a}{b}"))).collect()
}

fn entry(no: usize, title: String) -> Entry {
    Entry::Ticket(Box::new(TicketEntry {
        id: format!("t{no}").as_str().into(),
        number: format!("AF-2026-{no:05}"),
        outside: String::new(),
        title,
        open: true,
        severity: Severity::General,
        product: None,
        organisation: None,
        requester: "c".into(),
        names: String::new(),
        at: "2026-09-24T02:00:00Z".parse().unwrap(),
        text: String::new(),
        note: String::new(),
        messages: Vec::new(),
    }))
}

fn index(folder: &std::path::Path) -> Search {
    let search = Search::new(folder);
    let mut writer = search.begin("1").unwrap();
    for (i, name) in names().iter().enumerate() {
        for (j, text) in TEXTS.iter().enumerate() {
            writer.put(&entry(i * TEXTS.len() + j, text.replace("{}", name))).unwrap();
        }
    }
    writer.commit(Position::default()).unwrap();
    search.install(&writer).unwrap();
    search
}

#[test]
fn names_that_no_dictionary_has_are_found_by_their_pairs() {
    let folder = std::env::temp_dir().join(format!("aftercare-names-{}", std::process::id()));
    let search = index(&folder);
    let reader = Reader { scope: Scope::All, internal: true, people: false };
    for question in QUESTIONS {
        let (mut found, mut first) = (0, 0);
        for name in names() {
            let ask = Ask { text: question.replace("{}", &name), limit: 100, ..Ask::default() };
            let hits = search.find(&ask, &reader).unwrap().hits;
            let has: Vec<bool> = hits.iter().map(|h| h.title.contains(&name)).collect();
            found += usize::from(has.contains(&true));
            first += usize::from(has.first() == Some(&true));
            if question == "{}" {
                let leading = has.iter().take_while(|h| **h).count();
                assert_eq!(leading, TEXTS.len(), "all that have the name stand before all else: {name}");
            } else if !name.contains(PARTICLE) {
                assert!(has.first() == Some(&true), "{}", ask.text);
            }
        }
        println!("{question}: of {} names {found} are found, {first} of them first", names().len());
        assert_eq!(found, names().len(), "{question}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}
