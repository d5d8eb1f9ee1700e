//! Quoting styles of mail programs as they come, beyond the common ones in `mail_fold.rs`. The guide has the same list;
//! a test holds the two together.

use domain::mail_in::fold;

/// The program as the guide names it, a letter as it came, what stays in sight, and a word of what is folded.
type Style = (&'static str, &'static str, &'static str, &'static str);

const CHINESE: &[Style] = &[
    (
        "飞书邮箱",
        "收到，下午处理。\n\n发件人：服务台 <desk@vendor.example>\n日期：2026年9月24日 周四 10:00\n收件人：何燕 <he@gc.example>\n主题：AF-2026-00187 已收到\n\n您好，请上传日志。",
        "收到，下午处理。",
        "请上传日志",
    ),
    (
        "阿里企业邮箱",
        "已安排工程师。\n------------------------------------------------------------------\n发件人：服务台 <desk@vendor.example>\n发送时间：2026年9月24日(星期四) 10:00\n收件人：何燕\n主　题：Re: 报表\n\n原来的内容",
        "已安排工程师。",
        "原来的内容",
    ),
    (
        "Coremail（高校与政府邮箱）",
        "按您说的做了，好了。\n\n\n-----原始邮件-----\n发件人:\"服务台\" <desk@vendor.example>\n发送时间:2026-09-24 10:00:00 (星期四)\n收件人: \"何燕\" <he@gc.example>\n抄送: \n主题: 报表\n\n请重启",
        "按您说的做了，好了。",
        "请重启",
    ),
    (
        "163 邮箱网页版",
        "版本是 7.2\n\n\n\n\n\n\n\n\n\n在 2026-09-24 10:00:00，\"desk@vendor.example\" <desk@vendor.example> 写道：\n\n请问是哪个版本？",
        "版本是 7.2",
        "哪个版本",
    ),
    (
        "139 邮箱",
        "好了，谢谢。\n\n\n----邮件原文----\n发件人：服务台 <desk@vendor.example>\n收件人：何燕 <he@gc.example>\n抄 送： （无）\n发送时间：2026-09-24 10:00:00\n主题：报表\n正文在此",
        "好了，谢谢。",
        "正文在此",
    ),
    (
        "新浪邮箱",
        "还是打不开\n----- 原始邮件 -----\n发件人：服务台 <desk@vendor.example>\n收件人：何燕\n主题：报表\n日期：2026年09月24日 10点00分\n\n请换一台电脑试试",
        "还是打不开",
        "请换一台电脑",
    ),
    (
        "Thunderbird 中文版",
        "第三页也空白。\n\n在 2026/9/24 10:00, 服务台 写道:\n> 哪一页？",
        "第三页也空白。",
        "哪一页",
    ),
    (
        "macOS 邮件中文版",
        "今天下午可以。\n\n> 2026年9月24日 上午10:00，服务台 <desk@vendor.example> 写道：\n> \n> 什么时候方便？",
        "今天下午可以。",
        "什么时候方便",
    ),
    (
        "Outlook 网页版",
        "已确认。\n\n________________________________\n发件人: 服务台 <desk@vendor.example>\n发送时间: Thursday, September 24, 2026 10:00:00 AM\n收件人: 何燕\n主题: 报表\n\n请确认是否恢复。",
        "已确认。",
        "是否恢复",
    ),
    (
        "华为手机邮件",
        "现场已断电。\n\n发自我的华为手机\n\n-------- 原始邮件 --------\n发件人： 服务台\n日期： 2026年9月24日周四 10:00\n收件人： 何燕\n主 题： 报表\n请断电重启",
        "现场已断电。",
        "请断电重启",
    ),
    (
        "小米手机邮件",
        "马上到\n\n-------- 原始邮件 --------\n主题：Re: 报表\n发件人：服务台\n收件人：何燕\n您几点到？",
        "马上到",
        "您几点到",
    ),
];

const ENGLISH: &[Style] = &[
    (
        "Yahoo Mail",
        "It works now.\n\n    On Thursday, September 24, 2026 at 10:00:00 AM GMT+8, Desk <desk@vendor.example> wrote:  \n \n Please try again.",
        "It works now.",
        "Please try again",
    ),
    (
        "Apple Mail",
        "Still the same.\n\n> On Sep 24, 2026, at 10:00 AM, Desk <desk@vendor.example> wrote:\n> \n> Is it better?",
        "Still the same.",
        "Is it better",
    ),
    (
        "Thunderbird",
        "Version 7.2.\n\nOn 9/24/26 10:00, Desk wrote:\n> Which version?",
        "Version 7.2.",
        "Which version",
    ),
    (
        "Outlook on the web",
        "Confirmed.\n\n________________________________\nFrom: Desk <desk@vendor.example>\nSent: 24 September 2026 10:00\nTo: Ben <ben@north.example>\nSubject: Report\n\nPlease confirm.",
        "Confirmed.",
        "Please confirm",
    ),
    (
        "Outlook for Mac",
        "See attachment.\n\nBen\n\nFrom: Desk <desk@vendor.example>\nDate: Thursday, 24 September 2026 at 10:00\nTo: Ben <ben@north.example>\nSubject: Re: Report\nPlease attach the log.",
        "See attachment.\n\nBen",
        "attach the log",
    ),
    (
        "Samsung Email",
        "On my way\n\nSent from my Galaxy\n\n\n-------- Original message --------\nFrom: Desk <desk@vendor.example>\nDate: 9/24/26 10:00 (GMT+08:00)\nTo: Ben\nSubject: Report\nWhen will you be there?",
        "On my way",
        "When will you",
    ),
    (
        "Zoho Mail",
        "Solved.\n\n\n---- On Thu, 24 Sep 2026 10:00:00 +0800 Desk <desk@vendor.example> wrote ----\n\nPlease restart.",
        "Solved.",
        "Please restart",
    ),
    (
        "Proton Mail",
        "Thanks, fixed.\n\nSent with Proton Mail secure email.\n\nOn Thursday, September 24th, 2026 at 10:00 AM, Desk <desk@vendor.example> wrote:\n\n> Please update.",
        "Thanks, fixed.",
        "Please update",
    ),
    (
        "Lotus Notes",
        "Approved.\n\n\nFrom:   Desk <desk@vendor.example>\nTo:     Ben/North@North\nDate:   09/24/2026 10:00\nSubject:        Report\n\nPlease approve.",
        "Approved.",
        "Please approve",
    ),
];

#[test]
fn each_style_is_folded() {
    for (name, text, new, folded) in CHINESE.iter().chain(ENGLISH) {
        let got = fold(text, "Re: x");
        assert_eq!(got.new, *new, "{name}");
        assert!(got.rest.contains(folded), "{name}: {}", got.rest);
    }
}

#[test]
fn the_guide_names_each_of_them() {
    let zh = include_str!("../../../../docs/guide/zh-CN/mail-quotes.md");
    let en = include_str!("../../../../docs/guide/en/mail-quotes.md");
    for (name, ..) in CHINESE.iter().chain(ENGLISH) {
        assert!(zh.contains(name), "{name} is missing in the Chinese guide");
    }
    for (name, ..) in ENGLISH {
        assert!(en.contains(name), "{name} is missing in the English guide");
    }
}
