use super::render;
use std::fmt::Write as _;

/// What people, tools and attackers write; nothing of it may live on a page.
const HOSTILE: [&str; 22] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\u{9}script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:x) [y](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/pixel.png)",
    "![x](x \"onerror=alert(1)\")",
    "<javascript:alert(1)>",
    "<div style=\"position:fixed\" hx-get=\"/sign-out\" data-live onclick=\"x\">x</div>",
    "<form action=\"/sign-out\" method=\"post\"><button>x</button></form>",
    "<iframe src=\"//evil.example\"></iframe><object data=x></object><embed src=x>",
    "<style>*{display:none}</style><link rel=stylesheet href=x><base href=x><meta http-equiv=refresh content=0>",
    "| <script>a</script> | [b](javascript:b) |\n|---|---|\n| <td onmouseover=c> | `<script>d</script>` |",
    "```html\n<script>alert(1)</script>\n```",
    "- [x] <input autofocus onfocus=alert(1)>\n- [ ] open",
    "[a]: javascript:alert(1)\n\n[a] [b][a]",
    "</article></main><h1>Not ours</h1>",
    "\u{202e}txet \u{0} &lt;script&gt; &#60;script&#62;",
];

/// Every start tag's name and attribute names in a piece of HTML made by us: text is escaped, so `<` begins a tag.
fn tags(html: &str) -> Vec<(String, Vec<String>)> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
        .filter(|tag| !tag.starts_with('/'))
        .map(|tag| {
            // What stands outside the quotes is ours.
            let bare: String = tag.split('"').step_by(2).collect();
            let mut words = bare.split_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            (
                name,
                words
                    .map(|word| word.trim_end_matches(['=', '/']).to_owned())
                    .filter(|word| !word.is_empty())
                    .collect(),
            )
        })
        .collect()
}

#[test]
fn hostile_markdown_is_disarmed() {
    const TAGS: [&str; 25] = [
        "a",
        "p",
        "ul",
        "ol",
        "li",
        "code",
        "pre",
        "em",
        "strong",
        "del",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "blockquote",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "br",
        "hr",
        "span",
    ];
    const ATTRIBUTES: [&str; 5] = ["href", "rel", "title", "start", "align"];
    let mut texts: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    // In every place a text can stand, and all of them at once.
    texts.extend(HOSTILE.iter().flat_map(|text| {
        [format!("# {text}"), format!("> {text}"), format!("**{text}**"), format!("1. {text}"), format!("`{text}`")]
    }));
    texts.push(HOSTILE.join("\n\n"));
    for text in &texts {
        let html = render(text).to_string();
        for (tag, attributes) in tags(&html) {
            assert!(TAGS.contains(&tag.as_str()), "{text:?}: <{tag}> in {html}");
            for attribute in attributes {
                assert!(ATTRIBUTES.contains(&attribute.as_str()), "{text:?}: {attribute} in {html}");
            }
        }
        // Inside tags alone: outside of them, text may speak of links.
        let inside = html.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
        for href in inside.filter_map(|tag| tag.split_once("href=\"")).filter_map(|(_, rest)| rest.split('"').next()) {
            let sound = ["http://", "https://", "mailto:", "/", "#", "?"].iter().any(|begin| href.starts_with(begin))
                || !href.contains(':');
            assert!(sound, "{text:?}: {href}");
        }
    }
    assert_eq!(texts.len(), 22 * 6 + 1);
}

#[test]
fn what_people_need_comes_through() {
    let check = |text: &str, expected: &str| {
        let html = render(text).to_string();
        assert!(html.contains(expected), "{text:?}: {html}");
    };
    check("# Title", "<h2>Title</h2>");
    check("- [x] done\n- [ ] open", "☑");
    check("- [x] done\n- [ ] open", "☐");
    check("| a | b |\n|---|---|\n| 1 | 2 |", "<td>2</td>");
    check("see https://example.com/x", "<a href=\"https://example.com/x\"");
    check("`kubectl scale --replicas=20`", "<code>kubectl scale --replicas=20</code>");
    check("~~old~~ **new**", "<del>old</del> <strong>new</strong>");
    check("----------------------------------------", "<hr>");
    check("Title\n----------------------------------------", "<h3>Title</h3>");
}

#[test]
fn towers_are_shown_as_they_are_written() {
    let many = |text: &str, n: usize| text.repeat(n);
    let mut lists = String::new();
    for depth in 0..30 {
        writeln!(lists, "{}- {depth}", many("  ", depth)).expect("a string");
    }
    assert!(render(&lists).to_string().contains("<ul>"), "thirty levels are a list");
    for tower in
        [many(">", 200_000), many("> ", 100_000), many("- + ", 50_000), many("1. ", 60_000), many("9) - ", 40_000)]
    {
        let html = render(&tower).to_string();
        assert!(html.starts_with("<pre><code>"), "{}", &html[..200.min(html.len())]);
    }
    // Marks within a paragraph cost no more than they are long.
    for marks in
        [many("[", 100_000), many("![", 50_000), many("*a **b ", 15_000), many("`", 100_000), many("_a __b ", 15_000)]
    {
        assert!(!render(&marks).to_string().is_empty());
    }
    // What only looks like a tower is drawn as it was meant.
    let drawing = format!(
        "```\n+{}+\n{}\n```\n\n| a |\n|{}|\n| 1 |\n",
        many("-", 60),
        "let a_b_c = t[1]; // `t`\n".repeat(900),
        many("-", 60)
    );
    let html = render(&drawing).to_string();
    assert!(html.starts_with("<pre><code>+---") && html.contains("<td>1</td>"), "{}", &html[..200]);
    assert_eq!(render(&many("# x\n", 3)).to_string().matches("<h2>").count(), 3);
}
