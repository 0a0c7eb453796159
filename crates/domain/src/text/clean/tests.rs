use super::*;

#[test]
fn hostile_text_becomes_one_harmless_line() {
    let cases = [
        ("alert: 5xx spike", "alert: 5xx spike"),
        ("~1500 affected users.", "~1500 affected users."),
        ("30% of checkouts", "30% of checkouts"),
        ("a\nb\r\nc\td", "a b c d"),
        ("  padded  ", "padded"),
        ("# heading", "\\# heading"),
        ("> quote", "\\> quote"),
        ("- item", "\\- item"),
        ("---", "\\---"),
        ("-5 degrees", "-5 degrees"),
        ("*bold* word", "*bold* word"),
        ("1. first", "1\\. first"),
        ("12) then", "12\\) then"),
        ("1.5 times slower", "1.5 times slower"),
        ("```sh", "\\```sh"),
        ("~~~", "\\~~~"),
        ("[ ] @mallory: x (P0, 1 week)", "\\[ ] @mallory: x (P0, 1 week)"),
        ("[a]: http://x", "\\[a]: http://x"),
        ("[docs](https://example.com)", "[docs](https://example.com)"),
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("<!-- hidden", "\\<!-- hidden"),
        ("a < b and 3 <4", "a < b and 3 <4"),
        ("see ![x](http://t/p.png)", "see \\![x](http://t/p.png)"),
        ("abc\u{202E}def\u{0000}\u{1b}[31m", "abcdef [31m"),
        ("", ""),
        ("\n\n", ""),
        ("日本 語\u{2028}x", "日本 語 x"),
    ];
    for (input, expected) in cases {
        assert_eq!(markdown_line(input), expected, "{input:?}");
        assert_eq!(markdown_line(input).lines().count().max(1), 1, "{input:?}");
    }
}

#[test]
fn prose_keeps_its_lines_but_opens_nothing() {
    let cases = [
        ("one\ntwo", "one\ntwo"),
        ("## Action items\n- [ ] x", "\\## Action items\n- [ ] x"),
        ("```\ncode", "\\```\ncode"),
        ("Title\n===", "Title\n\\==="),
        ("Title\n-", "Title\n\\-"),
        ("\n\na\n\nb\n\n", "a\n\nb"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("<div>", "\\<div>"),
    ];
    for (input, expected) in cases {
        assert_eq!(markdown_prose(input), expected, "{input:?}");
    }
}
