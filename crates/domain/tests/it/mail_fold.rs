//! Quoting styles of mail programs as they come: what is new stays in sight, what was quoted is folded.

use domain::mail_in::fold;
use proptest::prelude::*;

/// A letter as it came, the part that stays in sight, and a word of the part that is folded; no word if nothing is.
type Case = (&'static str, &'static str, &'static str, &'static str);

const CHINESE: &[Case] = &[
    ("nothing quoted", "报表还是打不开，\n请再看看。", "报表还是打不开，\n请再看看。", ""),
    (
        "QQ mail",
        "已经重启，还是不行。\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人: \"服务台\"<desk@vendor.example>;\n发送时间: 2026年9月24日(星期四) 上午10:00\n收件人: \"何燕\"<he@gc.example>;\n主题: AF-2026-00187 已收到\n\n您好，我们已收到。",
        "已经重启，还是不行。",
        "我们已收到",
    ),
    (
        "QQ mail, plain spaces",
        "好的\n------------------ 原始邮件 ------------------\n发件人: x\n内容",
        "好的",
        "内容",
    ),
    (
        "Foxmail",
        "附件是日志。\n\n发件人： 服务台\n发送时间： 2026-09-24 10:00\n收件人： 何燕\n主题： 报表\n请发日志。",
        "附件是日志。",
        "请发日志",
    ),
    (
        "Outlook with a rule",
        "可以了，谢谢。\n\n何燕\n\n________________________________\n发件人: 服务台 <desk@vendor.example>\n发送时间: 2026年9月24日 10:00\n收件人: 何燕\n抄送: 李工\n主题: 报表\n\n请确认。",
        "可以了，谢谢。\n\n何燕",
        "请确认",
    ),
    (
        "DingTalk, with wide spaces in its words",
        "收到\n\n------------------------------------------------------------------\n发件人：服务台\n日　期：2026年09月24日 10:00:00\n收件人：何燕\n主　题：报表\n\n正文",
        "收到",
        "正文",
    ),
    (
        "NetEase",
        "还没有好。\n\n\n在 2026-09-24 10:00:00，\"服务台\" <desk@vendor.example> 写道：\n\n您好，请重启。",
        "还没有好。",
        "请重启",
    ),
    (
        "Gmail in Chinese",
        "第二台也这样。\n\n服务台 <desk@vendor.example> 于2026年9月24日周四 10:00写道：\n\n> 您好，\n> 请重启。",
        "第二台也这样。",
        "> 请重启",
    ),
    (
        "iPhone",
        "现场没有网络\n\n发自我的iPhone\n\n> 在 2026年9月24日，10:00，服务台 <desk@vendor.example> 写道：\n> \n> 请上传日志",
        "现场没有网络",
        "请上传日志",
    ),
    ("iPhone without a quote", "现场没有网络\n\n发自我的 iPhone", "现场没有网络", "发自我的"),
    (
        "WeCom",
        "明天上午可以远程。\n\n---原始邮件---\n发件人：\"服务台\"\n请约时间。",
        "明天上午可以远程。",
        "请约时间",
    ),
    (
        "traditional characters",
        "還是不行。\n\n服務台 於 2026年9月24日 週四 上午10:00寫道：\n請重新啟動。",
        "還是不行。",
        "請重新啟動",
    ),
    ("signature", "打不开了\n\n-- \n何燕\n北方集团 计划部\n13800138000", "打不开了", "计划部"),
    (
        "Outlook for phones",
        "好的。\n\n获取 Outlook for Android\n________________________________\n发件人: 服务台\n发送时间: 2026年9月24日\n主题: 报表\n原文",
        "好的。",
        "原文",
    ),
    (
        "a sentence that ends like a quote",
        "日志第 42 行写道：\n错误：找不到文件",
        "日志第 42 行写道：\n错误：找不到文件",
        "",
    ),
    ("fields that are no head", "发件人：我\n问题：打印机不动", "发件人：我\n问题：打印机不动", ""),
    ("only a signature mark inside", "第一步\n--\n第二步", "第一步", "第二步"),
    ("everything quoted", "> 请重启\n> 谢谢", "> 请重启\n> 谢谢", ""),
];

const ENGLISH: &[Case] = &[
    (
        "Gmail",
        "Still broken.\n\nOn Thu, Sep 24, 2026 at 10:00 AM Desk <desk@vendor.example> wrote:\n\n> Please restart.\n",
        "Still broken.",
        "> Please restart.",
    ),
    (
        "wrapped over two lines",
        "Thanks.\n\nOn Thu, Sep 24, 2026 at 10:00 AM Service Desk\n<desk@vendor.example> wrote:\n> Please restart.",
        "Thanks.",
        "Service Desk",
    ),
    (
        "Outlook",
        "The log is attached.\n\nFrom: Desk <desk@vendor.example>\nSent: Thursday, September 24, 2026 10:00\nTo: Ben\nSubject: Report\n\nPlease send the log.",
        "The log is attached.",
        "Please send",
    ),
    (
        "Outlook with stars",
        "Yes.\n\n*From:* Desk\n*Sent:* Thursday\n*To:* Ben\n*Subject:* Report\n\nOld text",
        "Yes.",
        "Old text",
    ),
    ("original message", "Done.\n\n-----Original Message-----\nFrom: Desk\nold", "Done.", "old"),
    ("phone", "On site now.\n\nSent from my iPhone", "On site now.", "Sent from my"),
    (
        "below the quote",
        "On 24.09.26 at 10:00, Desk wrote:\n> Which version?\n\n7.2 on both machines.",
        "7.2 on both machines.",
        "Which version?",
    ),
    (
        "between the quotes",
        "> Which version?\n7.2\n> Since when?\nYesterday",
        "> Which version?\n7.2\n> Since when?\nYesterday",
        "",
    ),
    (
        "signature above the quote",
        "Works.\n-- \nBen\nNorth Ltd\n\nOn 2026-09-24 10:00, Desk wrote:\n> ok?",
        "Works.",
        "North Ltd",
    ),
    (
        "a line that ends with wrote",
        "He says what I wrote:\nnothing works",
        "He says what I wrote:\nnothing works",
        "",
    ),
    ("only a quote below a greeting", "Hi\n\n> old\n\n--\nBen", "Hi", "Ben"),
];

#[test]
fn what_is_new_stays_in_sight() {
    for (name, text, new, folded) in CHINESE.iter().chain(ENGLISH) {
        let text = text.replace("&nbsp;", "\u{a0}");
        let got = fold(&text, "Re: x");
        assert_eq!(got.new, *new, "{name}");
        if folded.is_empty() {
            assert_eq!(got.rest, "", "{name}");
        } else {
            assert!(got.rest.contains(folded), "{name}: {}", got.rest);
        }
    }
}

#[test]
fn what_is_passed_on_is_what_somebody_wants_to_show() {
    let text = "请处理。\n\n-----原始邮件-----\n发件人: 客户\n报表打不开";
    assert_eq!(fold(text, "转发: 报表").rest, "");
    assert!(fold(text, "回复: 报表").rest.contains("报表打不开"));
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let line = prop_oneof![
        Just(""),
        Just("> 旧"),
        Just("新的一行"),
        Just("-- "),
        Just("发自我的 iPhone"),
        Just("-----原始邮件-----"),
        Just("发件人: a"),
        Just("主题: b"),
        Just("收件人: c"),
        Just("On 2026-09-24 10:00, x wrote:"),
        Just("________"),
    ];
    prop::collection::vec(line.prop_map(str::to_owned), 0..20)
}

proptest! {
    #[test]
    fn nothing_is_lost(lines in lines()) {
        let text = lines.join("\n");
        let got = fold(&text, "");
        let count = |t: &str| t.lines().filter(|l| !l.trim().is_empty()).count();
        prop_assert_eq!(count(&got.new) + count(&got.rest), count(&text));
        prop_assert!(!got.new.trim().is_empty() || count(&text) == 0);
        let mut all: Vec<&str> = got.new.lines().chain(got.rest.lines()).filter(|l| !l.trim().is_empty()).collect();
        let mut were: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
        all.sort_unstable();
        were.sort_unstable();
        prop_assert_eq!(all.iter().map(|l| l.trim()).collect::<Vec<_>>(), were.iter().map(|l| l.trim()).collect::<Vec<_>>());
    }

    #[test]
    fn any_text_is_folded_without_harm(text in "\\PC{0,400}", subject in "\\PC{0,40}") {
        let got = fold(&text, &subject);
        prop_assert!(got.new.len() + got.rest.len() <= text.len() + 1);
    }
}
