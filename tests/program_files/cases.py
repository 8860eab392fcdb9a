"""A wrong file beside a good program, and the one line that reading it must print."""
# ruff: noqa: E501 - a case is one line, so that the table reads as one

PROGRAM = """\
store: DEFAULT
timezone: Europe/Warsaw
wallets:
  points: {default: true}
  miles: {}
tiers: [{tier: bronze, from: 0}, {tier: gold, from: 100}]
badges: [early-bird]
"""
PURCHASE = """\
event: purchase
body:
  type: object
  required: [total]
  properties: {total: {type: number}, channel: {enum: [web, store]}, tip: {type: number}, note: {type: [string, "null"]}, tags: {type: array}}
"""
COFFEE = "reward: coffee\n"
GOOD = {
    "program.yaml": PROGRAM.encode(),
    "events/purchase.yaml": PURCHASE.encode(),
    "rewards/coffee.yaml": COFFEE.encode(),
}


def reactor(rest: str) -> str:
    """A reactor whose third line on is given."""
    return f"reactor: r\non: purchase\n{rest}"


def then(effect: str) -> str:
    """A reactor with one effect, in line 3 from column 10."""
    return reactor(f"then: [{{{effect}}}]\n")


def when(condition: str) -> str:
    """A reactor with a condition, in line 3 from column 7."""
    return reactor(f"when: {condition}\nthen: [{{grant_badge: early-bird}}]\n")


def achievement(rest: str) -> str:
    """An achievement whose third line on is given."""
    return f"achievement: a\non: purchase\n{rest}"


def program(rest: str) -> str:
    """A program.yaml whose third line on is given."""
    return f"store: DEFAULT\ntimezone: UTC\n{rest}"


def schema(rest: str) -> str:
    """An event type whose schema begins in line 2, column 7."""
    return f"event: e\nbody: {rest}\n"


def refund(reverses: str) -> str:
    """An event type with `reverses` in line 3, from column 11."""
    fields = "{of: {type: string}, n: {type: number}, s: {type: number, minimum: 2}}"
    return f"event: refund\nbody: {{type: object, required: [of], properties: {fields}}}\nreverses: {reverses}\n"


F = "events/refund.yaml"
R, A, E, W, P = "reactors/r.yaml", "achievements/a.yaml", "events/e.yaml", "rewards/w.yaml", "program.yaml"

CASES: list[tuple[str, str | bytes, str]] = [
    # files and folders
    ("reactor/r.yaml", "", "reactor/r.yaml:1:1: misplaced-file: a program is program.yaml and .yaml, .yml or .json files in events, reactors, achievements, rewards. Did you mean reactors?"),
    ("notes.txt", "", "notes.txt:1:1: misplaced-file: a program is program.yaml and .yaml, .yml or .json files in events, reactors, achievements, rewards"),
    ("program.json", '{"store": "S", "timezone": "UTC"}', "program.yaml:1:1: several-programs: program.json is there already: remove one"),
    # text
    (R, b"#" * (1024 * 1024 + 1), f"{R}:1:1: too-large: a file has at most 1 MiB, and this one has more"),
    (R, "reactor: r\ntitle: Zażółć".encode("latin2"), f"{R}:2:10: not-utf8: byte 0xbf is not UTF-8: save the file as UTF-8"),
    (R, "on: purchase".encode("utf-16"), f"{R}:1:1: not-utf8: the file looks like UTF-16: save it as UTF-8"),
    (R, "# nothing\n", f"{R}:1:1: empty-file: the file is empty"),
    ("reactors/r.json", " ", "reactors/r.json:1:1: empty-file: the file is empty"),
    (R, "reactor: r\ntitle: a\x07b\n", f"{R}:2:9: bad-character: U+0007 cannot stand in YAML"),
    ("reactors/r.json", '{"reactor": "\\ud83d"}', "reactors/r.json:1:13: bad-character: half a surrogate pair is not a character"),
    (R, "reactor: r\nthen: [a\n", f"{R}:3:1: not-yaml: this is not YAML: did not find expected ',' or ']' (while parsing a flow sequence)"),
    (R, "title: a: b\n", f"{R}:1:9: not-yaml: this is not YAML: mapping values are not allowed in this context: check the indentation; a text with ': ' in it needs quotes"),
    (R, "title: @home\n", f"{R}:1:8: not-yaml: this is not YAML: found character that cannot start any token (while scanning for the next token): a text or an operator that begins with >, %, @, ` or a tab needs quotes"),
    ("reactors/r.json", '{"reactor": "r",\n "on" "x"}', "reactors/r.json:2:7: not-json: this is not JSON: Expecting ':' delimiter"),
    ("reactors/r.json", '{"reactor": NaN}', "reactors/r.json:1:13: not-json: this is not JSON: NaN}"),
    (R, "reactor: r\n---\nreactor: s\n", f"{R}:2:1: several-documents: a file holds one document: remove the ---"),
    (R, "a: " + "[" * 200_000, f"{R}:1:103: too-deep: lists and maps are nested more than 100 deep"),
    ("reactors/r.json", "[" * 200_000, "reactors/r.json:1:101: too-deep: lists and maps are nested more than 100 deep"),
    (R, "title: *nobody\n", f"{R}:1:8: unknown-alias: *nobody has no anchor before it"),
    (R, "title: &a [*a]\n", f"{R}:1:12: unknown-alias: *a has no anchor before it"),
    (E, "event: e\ntitle: !!str 5\n", f"{E}:2:8: tag: tags are not read: remove !!str"),
    (E, "event: e\ntitle: !!int x\n", f"{E}:2:8: tag: tags are not read: remove !!int"),
    (R, "reactor: r\nwhen: {!: {var: x}}\n", f"{R}:2:8: tag: tags are not read, and ! is one: put the operator in quotes"),
    (R, "reactor: r\nwhen:\n  !=: [1, 2]\n", f"{R}:3:3: tag: tags are not read, and != is one: put the operator in quotes"),
    (R, "reactor: r\nwhen: {*: [1, 2]}\n", f"{R}:2:8: not-yaml: this is not YAML: did not find expected alphabetic or numeric character (while scanning an alias): the operator '*' needs quotes"),
    (R, "reactor: r\nwhen:\n  >=: [1, 2]\n", f"{R}:3:3: not-yaml: this is not YAML: did not find expected comment or line break (while scanning a block scalar): an operator such as '>' needs quotes"),
    (R, "title: \"a\non: purchase\n", f"{R}:1:8: not-yaml: this is not YAML: found unexpected end of stream (while scanning a quoted scalar): a quote is not closed"),
    (E, "%TAG ! !\n---\nevent: e\n", f"{E}:1:1: tag: tags are not read: remove %TAG"),
    (E, "event: e\n<<: {title: a}\n", f"{E}:2:1: merge-key: << is not read: write the keys out"),
    (E, "event: e\n? [a]\n: 1\n", f"{E}:2:3: bad-key: a key is a text, not a list, a map or an alias"),
    (E, "event: e\nevent: f\n", f"{E}:2:1: duplicate-key: event is here twice, first in line 1"),
    ("events/e.json", '{"event": "e",\n "event": "f"}', "events/e.json:2:2: duplicate-key: event is here twice, first in line 1"),
    (A, achievement("goal: .inf\n"), f"{A}:3:7: bad-number: .inf is not a number to count with"),
    (A, achievement("goal: 1e999999999\n"), f"{A}:3:7: bad-number: the number is too large or too small to count with"),
    (A, achievement(f"goal: {'9' * 5000}\n"), f"{A}:3:7: bad-number: a number has at most 50 characters"),
    # values
    (R, reactor("than: []\nthen: [{grant_badge: early-bird}]\n"), f"{R}:3:1: unknown-key: key than is unknown: there is title, when, code, limits, active"),
    (R, then("award_points: {pionts: 1}"), f"{R}:3:24: unknown-key: key pionts is unknown. Did you mean points?"),
    (R, "- reactor\n", f"{R}:1:1: wrong-type: a reactor must be a map, not a list"),
    (R, reactor("title: x\n"), f"{R}:1:1: missing-key: a reactor needs then"),
    (R, reactor("then: [{grant_badge: early-bird}]\nlimits: [{every: day}]\n"), f"{R}:4:10: missing-key: a limit needs times or points"),
    (R, reactor("then: [{grant_badge: early-bird}]\nlimits: [{times: 1}]\n"), f"{R}:4:10: missing-key: a limit needs every"),
    (E, "event: 5\n", f"{E}:1:8: wrong-type: event must be a text, not a number; put it in quotes"),
    (R, reactor("then: {grant_badge: early-bird}\n"), f"{R}:3:7: wrong-type: then must be a list, not a map"),
    (P, program("unknown_members: registr\n"), f"{P}:3:18: unknown-value: unknown_members registr is unknown. Did you mean register?"),
    (P, program("tier_by: spent_amount\n"), f"{P}:3:10: unknown-value: tier_by spent_amount is unknown. Did you mean spend?"),
    (P, program("tier_wallet: stars\n"), f"{P}:3:14: unknown-wallet: wallet stars is unknown: there is points"),
    (P, program("tier_fall: far\n"), f"{P}:3:12: unknown-value: tier_fall far is unknown: there is to_reached, one_step"),
    (A, achievement("goal: 0\n"), f"{A}:3:7: out-of-range: goal must be above 0"),
    (A, achievement("goal: -1\n"), f"{A}:3:7: out-of-range: goal must be from 0 to 1,000,000,000,000, with at most 6 decimals"),
    (A, achievement("goal: 2.5\n"), f"{A}:3:7: out-of-range: goal must be a whole number: the measure counts"),
    (A, achievement("goal: 1\nrepeat: 1.5\n"), f"{A}:4:9: wrong-type: repeat must be a whole number, not 1.5"),
    (A, achievement("goal: 1\nrepeat: 0\n"), f"{A}:4:9: out-of-range: repeat must be from 1 to 1000000000"),
    (R, reactor("then: []\n"), f"{R}:3:7: out-of-range: then must have at least one effect"),
    (W, "reward: w\ncoupon: {value: 120, type: percentage}\n", f"{W}:2:17: out-of-range: a percentage is at most 100"),
    (W, "reward: w\ncoupon: {value: 1, type: money, length: 5}\n", f"{W}:2:41: out-of-range: length must be from 6 to 32"),
    (W, "reward: w\ncoupon: {value: 1, type: money, prefix: 'a b'}\n", f"{W}:2:41: bad-name: prefix cannot be a b: it is 1 to 16 letters, digits, _ or -"),
    (W, "reward: w\nprice: -1\n", f"{W}:2:8: out-of-range: price must be from 0 to 1,000,000,000,000, with at most 6 decimals"),
    (W, "reward: w\nprice: 2.5\n", f"{W}:2:8: out-of-range: an amount of points has no decimals"),
    (W, "reward: w\nprice: ten\n", f"{W}:2:8: wrong-type: price must be a number, or a map such as {{points: 100}}, not a text"),
    (W, "reward: w\nprice: {points: 1, min: 1}\n", f"{W}:2:8: missing-key: a price has either points or min"),
    (W, "reward: w\nprice: {points: 1, step: 1}\n", f"{W}:2:20: unknown-key: step belongs to min: a price of so many points has none"),
    (W, "reward: w\nprice: {points: 1, wallet: point}\n", f"{W}:2:28: unknown-wallet: wallet point is unknown. Did you mean points?"),
    (W, "reward: w\nprise: 5\n", f"{W}:2:1: unknown-key: key prise is unknown. Did you mean price?"),
    (W, "reward: w\nfor: {'==': [{var: member.teir}, gold]}\n", f"{W}:2:20: unknown-path: member.teir is unknown. Did you mean member.tier?"),
    (W, "reward: w\nfor: {var: event.body.total}\n", f"{W}:2:12: unknown-path: event.body.total is unknown; the data has member, now"),
    (W, "reward: w\nfor: 5\n", f"{W}:2:6: not-boolean: 5 is a number, a condition must be true or false"),
    (W, "reward: w\nsold: {from: 2026-05-01, until: 2026-04-30}\n", f"{W}:2:33: ends-before-it-begins: until must be later than from"),
    (W, "reward: w\nshown: {from: tomorrow}\n", f"{W}:2:15: bad-date: tomorrow is not a date: write it as 2026-12-31 or 2026-12-31T18:00:00"),
    (W, "reward: w\nlimits: [{every: hour, times: 1}]\n", f"{W}:2:18: unknown-value: every hour is unknown: there is day, week, month, year, ever"),
    (W, "reward: w\nlimits: [{every: day}]\n", f"{W}:2:10: missing-key: a limit of purchases needs times"),
    (W, "reward: w\ncategories: [a, a]\n", f"{W}:2:17: duplicate-name: category a is here twice"),
    (W, "reward: w\nstatuses: [shiped]\n", f"{W}:2:12: unknown-value: a status shiped is unknown. Did you mean shipped?"),
    (W, "reward: w\nstatuses: [shipped, shipped]\n", f"{W}:2:21: duplicate-name: status shipped is here twice"),
    (W, "reward: w\nstatuses: []\n", f"{W}:2:11: out-of-range: statuses must have at least one status"),
    (W, "reward: w\ncoupon: {value: {var: member.tier}, type: money}\n", f"{W}:2:17: wrong-type: member.tier is text, this key needs a number"),
    (W, "reward: w\ncoupon: {codes: upload, value: 1, type: money}\n", f"{W}:2:17: unknown-value: codes upload is unknown. Did you mean uploaded?"),
    (W, "reward: w\ncoupon: {codes: uploaded, length: 8, value: 1, type: money}\n", f"{W}:2:27: unknown-key: length says nothing of uploaded codes: remove it"),
    (W, "reward: w\ncoupon: {shared: {code: A, uses: 5}, prefix: A, value: 1, type: money}\n", f"{W}:2:38: unknown-key: prefix says nothing of a shared coupon: remove it"),
    (W, "reward: w\ncoupon: {shared: {code: A}, value: 1, type: money}\n", f"{W}:2:18: missing-key: shared needs uses"),
    (W, "reward: w\ncoupon: {shared: {code: A B, uses: 5}, value: 1, type: money}\n", f"{W}:2:25: bad-name: code cannot be A B: it is 1 to 64 letters, digits, _ . or -"),
    (E, "event: my event\n", f"{E}:1:8: bad-name: event cannot be my event: a name is 1 to 64 letters, digits, _ . or -, and begins with a letter or digit"),
    (E, "event: purchase\n", "events/purchase.yaml:1:8: duplicate-name: event purchase is in events/e.yaml already"),
    (P, PROGRAM.replace("[early-bird]", "[early-bird, early-bird]"), f"{P}:7:22: duplicate-name: badge early-bird is here twice"),
    (E, "event: tier_changed\n", f"{E}:1:8: built-in-name: tier_changed is built in: give this event type another name"),
    (W, "reward: w\ncoupon: {value: 1, type: money, valid: 90 days}\n", f"{W}:2:40: bad-duration: valid: '90 days' is not a duration: write a whole number and s, m, h, d, w, mo or y, as in 90d. Did you mean 90d?"),
    (P, program("notify_before: {points: 0d}\n"), f"{P}:3:25: bad-duration: points must be longer than 0d"),
    (P, program("notify_before: {points: 101y}\n"), f"{P}:3:25: bad-duration: points must be at most 100 years"),
    (A, achievement("goal: 1\nwindow: {last: 12h}\n"), f"{A}:4:16: bad-duration: last must be whole days, such as 30d, and at most 3660d"),
    (R, reactor("then: [{grant_badge: early-bird}]\nactive: {from: 2026-02-30}\n"), f"{R}:4:16: bad-date: 2026-02-30 is not a date: write it as 2026-12-31 or 2026-12-31T18:00:00"),
    (P, program("wallets: {points: {expires: 90d}}\n"), f'{P}:3:29: bad-expiry: expires must be never, {{after: 90d}}, {{after: 6mo, through: month}}, {{end_of: month}}, {{end_of: year, plus: 1y}} or {{on: "12-31"}}. Did you mean {{after: 90d}}?'),
    (P, program("wallets: {points: {expires: month}}\n"), f'{P}:3:29: bad-expiry: expires must be never, {{after: 90d}}, {{after: 6mo, through: month}}, {{end_of: month}}, {{end_of: year, plus: 1y}} or {{on: "12-31"}}. Did you mean {{end_of: month}}?'),
    (P, program("wallets: {points: {expires: {after: 90d, plus: 1y}}}\n"), f'{P}:3:29: bad-expiry: expires must be one of never, {{after: 90d}}, {{after: 6mo, through: month}}, {{end_of: month}}, {{end_of: year, plus: 1y}} or {{on: "12-31"}}'),
    (P, program("wallets: {points: {expires: {}}}\n"), f'{P}:3:29: bad-expiry: expires must be one of never, {{after: 90d}}, {{after: 6mo, through: month}}, {{end_of: month}}, {{end_of: year, plus: 1y}} or {{on: "12-31"}}'),
    (P, program("wallets: {points: {expires: {through: month}}}\n"), f'{P}:3:29: bad-expiry: expires must be one of never, {{after: 90d}}, {{after: 6mo, through: month}}, {{end_of: month}}, {{end_of: year, plus: 1y}} or {{on: "12-31"}}'),
    (P, program("wallets: {points: {expires: {after: 1y, thru: month}}}\n"), f"{P}:3:41: unknown-key: key thru is unknown. Did you mean through?"),
    (P, program("wallets: {points: {expires: {end_of: quater}}}\n"), f"{P}:3:38: unknown-value: end_of quater is unknown. Did you mean quarter?"),
    (P, program("wallets: {points: {expires: {end_of: year, plus: 12h}}}\n"), f"{P}:3:50: bad-duration: plus must be whole days, months or years, such as 1y"),
    (P, program("wallets: {points: {dated: events}}\n"), f"{P}:3:27: unknown-value: dated events is unknown. Did you mean event?"),
    (P, program("dated: booking\n"), f"{P}:3:8: unknown-value: dated booking is unknown: there is award, event"),
    (P, program("wallets: {points: {grace: 30}}\n"), f"{P}:3:27: bad-duration: grace must be a duration such as 90d, not a number"),
    (P, program("wallets: {points: {debt: nothing}}\n"), f"{P}:3:26: wrong-type: debt must be true, none or {{up_to: 100}}, not a text"),
    (P, program("wallets: {points: {debt: {up_to: -1}}}\n"), f"{P}:3:34: out-of-range: up_to must be from 0 to 1,000,000,000,000, with at most 6 decimals"),
    (P, program("wallets: {points: {debt: {upto: 5}}}\n"), f"{P}:3:27: unknown-key: key upto is unknown. Did you mean up_to?"),
    (P, program("wallets: {points: {transfers: {}}}\n"), f"{P}:3:31: missing-key: transfers needs limits"),
    (P, program("wallets: {points: {transfers: {limits: []}}}\n"), f"{P}:3:40: out-of-range: limits must have at least one limit"),
    (P, program("wallets: {points: {transfers: {limits: [{every: year}]}}}\n"), f"{P}:3:41: missing-key: a limit needs times or points"),
    (P, program("wallets: {points: {transfers: {limits: [{every: anual, times: 1}]}}}\n"), f"{P}:3:49: unknown-value: every anual is unknown: there is day, week, month, year, ever"),
    (P, program("wallets: {points: {decimals: 7}}\n"), f"{P}:3:30: out-of-range: decimals must be from 0 to 6"),
    (P, program("wallets: {points: {expires: {on: 02-30}}}\n"), f'{P}:3:34: bad-expiry: on must be a month and a day in quotes, such as "12-31"'),
    (P, "store: S\ntimezone: UTC\nregion: PLN\n", f"{P}:3:9: unknown-region: region PLN is unknown. Did you mean PL?"),
    (P, "store: S\ntimezone: Europe/Warszawa\n", f"{P}:2:11: unknown-timezone: timezone Europe/Warszawa is unknown. Did you mean Europe/Warsaw?"),
    (P, program("wallets: {a: {}, b: {}}\n"), f"{P}:3:10: default-wallet: one wallet must have default: true"),
    (P, program("wallets: {a: {default: true}, b: {default: true}}\n"), f"{P}:3:31: default-wallet: a is the default wallet already: there is one"),
    (P, program("tiers: [{tier: a, from: 5}, {tier: b, from: 5}]\n"), f"{P}:3:45: tiers-not-ascending: tiers rise: b must begin above the 5 of a"),
    (R, reactor("then: [{grant_badge: early-bird}]\nactive: {from: 2026-02-02, until: 2026-02-01}\n"), f"{R}:4:35: ends-before-it-begins: until must be later than from"),
    (A, achievement("measure: days\nwindow: day\ngoal: 2\n"), f"{A}:5:7: out-of-reach: goal can never be reached: the window has at most 1 day"),
    (A, achievement("measure: days\nwindow: week\ngoal: 8\n"), f"{A}:5:7: out-of-reach: goal can never be reached: the window has at most 7 days"),
    (R, then("grant_badge: early-bird, set_tier: gold"), f"{R}:3:34: several-effects: an item of then is one effect: give set_tier an item of its own"),
    (R, then("call_webhook: {url: 'ftp://example.com'}"), f"{R}:3:29: bad-url: a URL begins with https:// or http://"),
    (R, then("call_webhook: {url: 'https://example.com', headers: {Host: x}}"), f"{R}:3:62: bad-header: Host is not a header that a webhook can have of its own"),
    (R, then('call_webhook: {url: "https://example.com", headers: {X: "a\\nb"}}'), f"{R}:3:65: bad-header: a header's value is one line of plain ASCII, without spaces at its ends"),
    # references
    (R, then("grant_bagde: x"), f"{R}:3:9: unknown-effect: effect grant_bagde is unknown. Did you mean grant_badge?"),
    (R, then("give_points: {points: 1}"), f"{R}:3:9: unknown-effect: effect give_points is unknown. Did you mean award_points?"),
    (R, "reactor: r\non: purchas\nthen: [{grant_badge: early-bird}]\n", f"{R}:2:5: unknown-event-type: event type purchas is unknown. Did you mean purchase?"),
    (R, then("award_points: {points: 1, wallet: mile}"), f"{R}:3:43: unknown-wallet: wallet mile is unknown. Did you mean miles?"),
    (R, then("set_tier: glod"), f"{R}:3:19: unknown-tier: tier glod is unknown. Did you mean gold?"),
    (R, then("grant_badge: late-bird"), f"{R}:3:22: unknown-badge: badge late-bird is unknown. Did you mean early-bird?"),
    (R, then("issue_reward: cofee"), f"{R}:3:23: unknown-reward: reward cofee is unknown. Did you mean coffee?"),
    # schemas
    (E, schema("{type: object, requird: [a]}"), f"{E}:2:22: unknown-keyword: keyword requird is unknown. Did you mean required?"),
    (E, schema("{properties: {a: {items: {minimun: 1}}}}"), f"{E}:2:33: unknown-keyword: keyword minimun is unknown. Did you mean minimum?"),
    (E, schema("{properties: {a: {type: strng}}}"), f"{E}:2:31: unknown-schema-type: type strng is unknown. Did you mean string?"),
    (E, schema("{properties: {a: {type: float}}}"), f"{E}:2:31: unknown-schema-type: type float is unknown. Did you mean number?"),
    (E, schema("{properties: {a: {$anchor: a}}}"), f"{E}:2:25: unknown-keyword: keyword $anchor is not followed: refer to a schema by its place, as in #/$defs/shop"),
    (E, schema("{properties: {a: {$ref: '#/definitions/bb'}}, definitions: {bc: {}}}"), f"{E}:2:31: dangling-reference: $ref #/definitions/bb is unknown. Did you mean #/definitions/bc?"),
    (E, schema("{properties: {a: {format: datetime}}}"), f"{E}:2:33: unknown-format: format datetime is unknown. Did you mean date-time?"),
    (E, schema("{required: [totl], properties: {total: {}}}"), f"{E}:2:19: unknown-property: required names totl, which properties does not have. Did you mean total?"),
    (E, schema('{properties: {a: {$ref: "http://10.0.0.1/a"}}}'), f"{E}:2:31: remote-reference: $ref leads out of the file, to http://10.0.0.1/a: put the schema into $defs"),
    (E, schema('{properties: {a: {$ref: "#/$defs/bb"}}, $defs: {bc: {}}}'), f"{E}:2:31: dangling-reference: $ref #/$defs/bb is unknown. Did you mean #/$defs/bc?"),
    (E, schema('{anyOf: [{$ref: "#"}]}'), f"{E}:2:23: endless-reference: $ref # leads back to where it stands"),
    (E, schema('{$ref: "#/$defs/a", $defs: {a: {allOf: [{$ref: "#/$defs/a"}]}}}'), f"{E}:2:54: endless-reference: $ref #/$defs/a leads back to where it stands"),
    (E, schema('{properties: {a: {$ref: "#anchor"}}}'), f"{E}:2:31: dangling-reference: $ref #anchor is unknown"),
    (E, schema('{properties: {a: {pattern: "(?=x)"}}}'), f"{E}:2:34: bad-pattern: (?=x) is not a pattern: look-arounds and back-references are not supported"),
    (E, schema("{properties: {a: {minimum: high}}}"), f'{E}:2:34: bad-schema: "high" is not of type "number"'),
    (E, schema("[]"), f"{E}:2:7: bad-schema: body must be a JSON Schema, not a list"),
    (E, schema("{total: {type: number}}"), f"{E}:2:8: unknown-keyword: keyword total is unknown: a field stands under properties"),
    (E, schema("{propertis: {type: {type: string}}}"), f"{E}:2:8: unknown-keyword: keyword propertis is unknown. Did you mean properties?"),
    (E, schema("{properties: {a: {type: number, minimum: 2, exclusiveMaximum: 2}}}"), f"{E}:2:69: contradictory-schema: nothing is accepted: minimum 2 leaves nothing below exclusiveMaximum 2"),
    (E, schema("{properties: {a: {type: [string, 'null'], enum: [x, null, 1]}}}"), f"{E}:2:65: contradictory-schema: 1 is a number, which the type string, null refuses"),
    (E, schema("{properties: {a: {type: integer, const: 1.5}}}"), f"{E}:2:47: contradictory-schema: 1.5 is a number, which the type integer refuses"),
    (E, schema("{properties: {a: {anyOf: [{$ref: '#'}, {$ref: '#'}]}}}"), f"{E}:2:25: costly-schema: one value of a deep body could be checked more than 1,000 times, as several schemas here lead to it: put the fields that they share beside them, or choose by if, then and else"),
    (E, schema("{properties: {a: {pattern: '(?:.{0,999}){0,9}z'}}}"), f"{E}:2:25: costly-schema: repetitions written out, it is longer than 1,000 characters: repeat less, or use maxLength"),
    (E, schema("{type: array}"), f"{E}:2:14: body-no-object: a body is an object: its type must be object"),
    # rules
    (R, when("{inn: [{var: event.body.channel}, [web]]}"), f"{R}:3:8: unknown-operator: inn is not an operator. Did you mean in?"),
    (R, when('{"==": [1, 1], "!=": [1, 1]}'), f"{R}:3:7: several-operators: an object holds one operator, this one has ==, !=: join them by {{\"and\": [{{...}}, {{...}}]}}"),
    (R, when("{AND: [{'==': [{var: event.body.channel}, web]}]}"), f"{R}:3:8: unknown-operator: AND is not an operator. Did you mean and?"),
    (R, when('{"==": [1, 2, 3]}'), f"{R}:3:8: wrong-arity: == takes 2 operands, not 3"),
    (R, when("{in: [1, [" + "0," * 10_000 + "]]}"), f"{R}:3:20011: too-big: the rule has more than 10,000 parts"),
    (R, when('{"==": [{var: member.teir}, gold]}'), f"{R}:3:21: unknown-path: member.teir is unknown. Did you mean member.tier?"),
    (R, then("award_points: {points: {var: member.attributes.x}}"), f"{R}:3:32: unknown-type: member.attributes.x may be anything, this key needs a number"),
    (R, then("award_points: {points: {var: event.body.tip}}"), f'{R}:3:32: may-be-missing: event.body.tip may be missing, this key needs a number. Did you mean {{"var": ["event.body.tip", 0]}}?'),
    (R, when("{starts_with: [{var: [event.body.note, x]}, A]}"), f'{R}:3:22: may-be-missing: event.body.note may be null, starts_with needs text. Did you mean {{"or": [{{"var": "event.body.note"}}, ""]}}?'),
    (R, when("{'>': [{length: {var: event.body.tags}}, 1]}"), f'{R}:3:23: may-be-missing: event.body.tags may be missing, length needs text or an array. Did you mean {{"var": ["event.body.tags", []]}}?'),
    (R, "reactor: r\non: purchase\ntitle: &c wbe\nwhen: {'==': [{var: event.body.channel}, *c]}\nthen: [{grant_badge: early-bird}]\n", f'{R}:4:42: not-in-enum: event.body.channel is never "wbe", only one of "web", "store". Did you mean "web"?'),
    (R, then("award_points: {points: {var: event.body.channel}}"), f"{R}:3:32: wrong-type: event.body.channel is text or null, this key needs a number"),
    (R, when('{"==": [{var: event.body.channel}, wbe]}'), f'{R}:3:42: not-in-enum: event.body.channel is never "wbe", only one of "web", "store". Did you mean "web"?'),
    (R, when("false"), f"{R}:3:7: never-true: this condition never holds: false is always false"),
    (R, when('{and: [{"<": [{var: event.body.total}, 5]}, {">": [{var: event.body.total}, 7]}]}'), f"{R}:3:51: never-true: this condition never holds: event.body.total > 7 is always false: event.body.total is less than 5"),
    (R, then("award_points: {points: -5}"), f"{R}:3:32: out-of-range: points cannot be below 0: deduct_points takes points away"),
    (R, when("{floor: [{var: event.body.total}]}"), f'{R}:3:8: unknown-operator: floor is not an operator: no operator rounds: {{"-": [x, {{"%": [x, 1]}}]}} is x without its fraction'),
    (R, when("{contains: [{var: event.body.channel}, w]}"), f'{R}:3:8: unknown-operator: contains is not an operator: write {{"in": [x, y]}}, which is true if y contains x'),
    (R, then("award_points: {points: event.body.total}"), f'{R}:3:32: wrong-type: "event.body.total" is text, this key needs a number. Did you mean {{"var": "event.body.total"}}?'),
    (R, then("award_points: {points: 1, expires: 30d}"), f'{R}:3:44: bad-expiry: expires must be never, {{after: 90d}}, {{after: 6mo, through: month}}, {{end_of: month}}, {{end_of: year, plus: 1y}} or {{on: "12-31"}}. Did you mean {{after: 30d}}?'),
    (R, then("remove_badge: early-bird"), f"{R}:3:9: unknown-effect: effect remove_badge is unknown: there is award_points, deduct_points, grant_badge, issue_reward, set_tier, set_attribute, call_webhook"),
    (R, then("award_points: {points: 1}, when: true"), f"{R}:3:36: unknown-effect: when stands beside then, for all its effects: give other effects a reactor of their own"),
    (R, "reactors:\n  - {reactor: r, on: purchase, then: [{grant_badge: early-bird}]}\n", f"{R}:1:1: unknown-key: a file holds one reactor: give each item of reactors a file of its own"),
    (R, when("{var: event.body.total}"), f"{R}:3:7: not-boolean: event.body.total is a number, a condition must be true or false"),
    (F, refund("{event: purchse, where: {channel: {var: event.body.of}}}"), f"{F}:3:19: unknown-event-type: event type purchse is unknown. Did you mean purchase?"),
    (F, refund("{event: purchase, where: {chanel: {var: event.body.of}}}"), f"{F}:3:37: unknown-path: in a purchase the field chanel is unknown. Did you mean channel?"),
    (F, refund("{event: purchase, where: {channel: {var: member.tier}}}"), f"{F}:3:52: unknown-path: member.tier is unknown; the data has event"),
    (F, refund("{event: purchase, where: {total: {var: event.body.of}}}"), f"{F}:3:44: wrong-type: event.body.of is text, this key needs a number"),
    (F, refund("{event: purchase, where: {tags: {var: event.body.of}}}"), f"{F}:3:37: wrong-type: tags of a purchase is not a text, number, true or false"),
    (F, refund("{event: purchase, where: {}}"), f"{F}:3:36: out-of-range: where must name at least one field"),
    (F, refund("{event: purchase, where: [total]}"), f"{F}:3:36: wrong-type: where must be a map from fields to rules, not a list"),
    (F, refund("{event: purchase}"), f"{F}:3:11: missing-key: reverses needs where"),
    (F, refund("purchase"), f"{F}:3:11: wrong-type: reverses must be a map, not a text"),
    (F, refund("{event: purchase, wher: {channel: {var: event.body.of}}}"), f"{F}:3:29: unknown-key: key wher is unknown. Did you mean where?"),
    (F, refund("{event: purchase, where: {channel: {var: event.body.of}}, share: {var: event.body.of}}"), f"{F}:3:76: wrong-type: event.body.of is text, this key needs a number"),
    (F, refund("{event: purchase, where: {channel: {var: event.body.of}}, share: 1.5}"), f"{F}:3:76: out-of-range: share is above 0, and at most 1, which is all of it"),
    (F, refund("{event: purchase, where: {channel: {var: event.body.of}}, share: {var: [event.body.s, 2]}}"), f"{F}:3:76: out-of-range: share is above 0, and at most 1, which is all of it"),
    (F, refund("{event: purchase, where: {channel: {var: event.body.of}}, share: {var: reversed.body.totl}}"), f"{F}:3:82: unknown-path: reversed.body.totl is unknown. Did you mean reversed.body.total?"),
    (F, refund("{event: refund, where: {of: {var: event.body.of}}}"), f"{F}:3:19: cannot-be-reversed: refund cannot reverse itself"),
    (F, refund("{event: transaction, where: {document_number: {var: event.body.of}}}"), f"{F}:3:19: cannot-be-reversed: a transaction is taken back by reporting a return of it, and by no other event"),
    # what designers write by habit
    (R, when('"event.body.total > 20"'), f'{R}:3:7: not-boolean: "event.body.total > 20" is text, a condition must be true or false. Did you mean {{">": [{{"var": "event.body.total"}}, 20]}}?'),
    (R, when('"event.body.tip > 20"'), f'{R}:3:7: not-boolean: "event.body.tip > 20" is text, a condition must be true or false'),
    (R, then('award_points: {points: "event.body.total * 1.5"}'), f'{R}:3:32: wrong-type: "event.body.total * 1.5" is text, this key needs a number. Did you mean {{"*": [{{"var": "event.body.total"}}, 1.5]}}?'),
    (R, then('award_points: {points: "10"}'), f'{R}:3:32: wrong-type: "10" is text, this key needs a number. Did you mean 10?'),
    (R, when('{">=": [{var: event.body.total}, "20.5"]}'), f'{R}:3:40: wrong-type: "20.5" is text, >= needs a number. Did you mean 20.5?'),
    (R, when('{"==": [{var: event.body.total}, "20"]}'), f'{R}:3:40: wrong-type: event.body.total is a number, "20" is text: they are never equal. Did you mean 20?'),
    (R, when("{between: [{var: event.body.total}, 10, 20]}"), f'{R}:3:8: unknown-operator: between is not an operator: write {{"<=": [low, x, high]}}'),
    (R, when('{">": [{var: member.age}, 18]}'), f"{R}:3:20: unknown-path: member.age is unknown; member has id, tier, tiers, points, earned_points, wallets, badges, attributes, registered_at, birth_date, email, phone, first_name, last_name, gender, city, country"),
    (R, when('{"==": [{var: event.body.tags.name}, a]}'), f'{R}:3:21: unknown-path: event.body.tags.name is unknown; event.body.tags is an array or null: some, filter, map and reduce read its items, as in {{"some": [{{"var": "event.body.tags"}}, "..."]}}'),
    (R, then('award_points: {points: {reduce: [{map: [{var: event.body.tags}, 1]}, {"+": [{var: accumulator}, {var: current}]}]}}'), f"{R}:3:32: may-be-missing: accumulator is null at first: give reduce a third operand, as 0 for a sum"),
    (R, then('award_points: {points: {"/": [10, {var: event.body.total}]}}'), f'{R}:3:32: may-be-missing: the result of / may be null, this key needs a number, as the divisor may be 0: write {{"or": [..., 0]}} around it'),
    (R, then("award_points: {amount: 10}"), f"{R}:3:24: unknown-key: key amount is unknown. Did you mean points?"),
    (R, then("award_points: 10"), f"{R}:3:23: wrong-type: award_points must be a map, not a number. Did you mean {{points: 10}}?"),
    (R, then('call_webhook: "https://a.example/x"'), f'{R}:3:23: wrong-type: call_webhook must be a map, not a text. Did you mean {{url: "https://a.example/x"}}?'),
    (R, then("issue_reward: {reward: coffee}"), f"{R}:3:23: wrong-type: the reward must be a text, not a map. Did you mean coffee?"),
    (R, then("grant_badge: [early-bird]"), f"{R}:3:22: wrong-type: the badge must be a text, not a list. Did you mean early-bird?"),
    (R, then("award_points: {points: 1, round: floor}"), f"{R}:3:42: unknown-value: round floor is unknown. Did you mean down?"),
    (R, then("award_points: {points: 1, pending: 2 weeks}"), f"{R}:3:44: bad-duration: pending: '2 weeks' is not a duration: write a whole number and s, m, h, d, w, mo or y, as in 90d. Did you mean 2w?"),
    (R, then("award_points: {points: 1, expires: 12 months}"), f'{R}:3:44: bad-expiry: expires must be never, {{after: 90d}}, {{after: 6mo, through: month}}, {{end_of: month}}, {{end_of: year, plus: 1y}} or {{on: "12-31"}}. Did you mean {{after: 12mo}}?'),
    (R, reactor("then:\n- award_points:\n  points: 2\n"), f"{R}:5:3: several-effects: points belongs under award_points: indent it by two more spaces"),
    (R, reactor("if: {'==': [{var: event.body.channel}, web]}\nthen: [{grant_badge: early-bird}]\n"), f"{R}:3:1: unknown-key: key if is unknown. Did you mean when?"),
    (R, "name: r\non: purchase\nthen: [{grant_badge: early-bird}]\n", f"{R}:1:1: unknown-key: key name is unknown. Did you mean reactor?"),
    (R, then("grant_badge: early-bird") + "limits: [{per: customer, every: day, times: 1}]\n", f"{R}:4:16: unknown-value: per customer is unknown. Did you mean member?"),
    (A, achievement("measure: sum\ngoal: 2\n"), f"{A}:3:10: unknown-value: measure sum is unknown: there is events, days, {{sum: ...}}, {{distinct: ...}}"),
    (R, when('[{"==": [{var: event.body.channel}, web]}]'), f'{R}:3:7: not-boolean: the array is an array, a condition must be true or false: write {{"and": [...]}} around its conditions'),
    (R, then('award_points: {points: {if: [{"==": [{var: event.body.channel}, web]}, 5]}}'), f"{R}:3:32: may-be-missing: the result of if may be null, this key needs a number: give if a last operand, for when no condition holds"),
    (R, when('{"==": [{month: {var: member.birth_date}}, 5]}'), f'{R}:3:23: wrong-type: member.birth_date is text or null, month needs a date: write {{"date": {{"var": "member.birth_date"}}}}, behind {{"var": "member.birth_date"}} in an and'),
    (W, "reward: w\ncategories: drinks\n", f"{W}:2:13: wrong-type: categories must be a list, not a text. Did you mean [drinks]?"),
    (A, achievement('goal: "7"\n'), f"{A}:3:7: wrong-type: goal must be a number, not a text. Did you mean 7?"),
    (A, achievement("goal: 7\nwindow: 30d\n"), f"{A}:4:9: unknown-value: window 30d is unknown: the last days are a map. Did you mean {{last: 30d}}?"),
    (A, achievement("goal: 7\nrepeat: always\n"), f"{A}:4:9: unknown-value: repeat always is unknown. Did you mean unlimited?"),
    (W, "reward: w\nstock: 100\n", f"{W}:2:1: unknown-key: key stock is unknown: how many are left is set in the store, not in files"),
    (W, "reward: w\ncoupon: {value: 5, type: money, expires: 30d}\n", f"{W}:2:33: unknown-key: key expires is unknown. Did you mean valid?"),
    (P, program("tier_by: points\n"), f"{P}:3:10: unknown-value: tier_by points is unknown: there is earned_points, active_points, spent_points, spend, membership_months"),
    (P, "store: DEFAULT\ntimezone: localtime\n", f"{P}:2:11: unknown-timezone: timezone localtime is not the same on every machine: name a place, as in Europe/Warsaw"),
    (P, "store: DEFAULT\ntimezone: right/UTC\n", f"{P}:2:11: unknown-timezone: timezone right/UTC is not the same on every machine: name a place, as in Europe/Warsaw"),
    (P, "store: DEFAULT\ntimezone: GMT+1\n", f"{P}:2:11: unknown-timezone: timezone GMT+1 is unknown: name a place, as in Europe/Warsaw"),
    (E, "event: e\ntype: object\n", f"{E}:2:1: unknown-key: key type is unknown: the JSON Schema stands under body"),
    (E, schema("{total: number}"), f"{E}:2:8: unknown-keyword: keyword total is unknown: a field stands under properties, as in properties: {{total: {{type: number}}}}"),
    (E, schema("{type: object, required: total, properties: {total: {type: number}}}"), f"{E}:2:32: bad-schema: required is a list. Did you mean [total]?"),
    (E, schema("{type: object, properties: {total: {type: number, required: true}}}"), f"{E}:2:67: bad-schema: required is a list of fields, and stands beside properties"),
    (E, schema("{type: object, properties: {total: number}}"), f'{E}:2:42: bad-schema: "number" is not of types "boolean", "object". Did you mean {{type: number}}?'),
    (E, schema("{type: object, properties: {at: {type: datetime}}}"), f"{E}:2:46: unknown-schema-type: type datetime is unknown: write type: string, format: date-time"),
]  # fmt: skip
