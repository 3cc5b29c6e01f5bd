"""Sources include the standard headers whose names they use, themselves or through headers of ours: precompiled headers would
hide it from the compiler."""

import functools
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCES = [path for folder in ("src", "tests", "drivers") for path in sorted((ROOT / folder).rglob("*.[ch]pp"))]
# Names of every header in src/precompiled_headers.cmake, and of GoogleTest.
NAMES = {
    "algorithm": r"std::(ranges::)?(sort|stable_sort|max_element|min_element|fill|copy|find_if|find|count_if|any_of|all_of|none_of|"
                 r"transform|nth_element|lower_bound|upper_bound|clamp|reverse|unique|min|max)\(",
    "cmath": r"std::(sqrt|exp|log|pow|abs|fabs|isnan|isfinite|isinf|floor|ceil|lround|nan|log1p|expm1|erfc|hypot)\(",
    "functional": r"std::(function|move_only_function|plus|greater|less)<",
    "map": r"std::(multi)?map<",
    "memory": r"std::(unique_ptr|shared_ptr|make_unique|make_shared)<",
    "optional": r"std::(optional<|nullopt)",
    "set": r"std::(multi)?set<",
    "span": r"std::span[<(]",
    "stdexcept": r"std::(runtime_error|logic_error|invalid_argument|out_of_range|domain_error)\(",
    "string": r"std::(string|to_string)\b",
    "variant": r"std::(variant<|get_if<|holds_alternative<|visit\()",
    "vector": r"std::vector<",
    "fmt/format.h": r"fmt::(format|join|format_to|memory_buffer)\b",
    "gtest/gtest.h": r"\b(TEST|TEST_F|TEST_P)\(",
}
# What comes with other headers, by the standard or by the library's word.
GIVEN_BY = {
    "algorithm": {"ranges"},
    "cmath": {"complex", "random"},
    "string": {"sstream", "stdexcept", "iostream", "fstream", "filesystem", "fmt/format.h", "gtest/gtest.h", "gmock/gmock.h"},
    "stdexcept": set(),
    "optional": set(),
    "fmt/format.h": {"fmt/ranges.h", "fmt/core.h", "fmt/chrono.h"},
    "gtest/gtest.h": {"gmock/gmock.h"},
    "memory": {"gtest/gtest.h", "gmock/gmock.h"},
    "map": {"gtest/gtest.h", "gmock/gmock.h"},
    "set": {"gtest/gtest.h", "gmock/gmock.h"},
    "vector": {"gtest/gtest.h", "gmock/gmock.h"},
    "functional": {"gtest/gtest.h", "gmock/gmock.h"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


@functools.lru_cache(None)
def direct(source):
    """Headers of ours that a file includes, and the names of the others."""
    ours, others = [], set()
    for mark, name in INCLUDE.findall(source.read_text()):
        found = [base / name for base in (source.parent, ROOT / "src", ROOT / "tests") if (base / name).is_file()]
        if mark == '"' and found:
            ours.append(found[0].resolve())
        else:
            others.add(name)
    return ours, others


def reached(source):
    """Names of all headers that are not ours, through any number of ours."""
    seen, to_see, names = set(), [source], set()
    while to_see:
        file = to_see.pop()
        if file not in seen:
            seen.add(file)
            ours, others = direct(file)
            names |= others
            to_see += ours
    return names


def missing(text, headers):
    """Headers whose names stand in the text and that are not among those reached."""
    code = re.sub(r'"(\\.|[^"\\\n])*"|//[^\n]*', "", text)
    return [header for header, name in NAMES.items()
            if re.search(name, code) and not ({header} | GIVEN_BY.get(header, set())) & headers]


class Includes(unittest.TestCase):
    def test_what_is_used_is_included(self):
        lacking = {str(source.relative_to(ROOT)): found for source in SOURCES if (found := missing(source.read_text(), reached(source)))}
        self.assertGreater(len(SOURCES), 300)
        self.assertEqual(lacking, {})

    def test_every_precompiled_header_is_looked_after(self):
        text = (ROOT / "src" / "precompiled_headers.cmake").read_text()
        precompiled = re.search(r"set\(thresher_common_headers(.*?)\)", text, re.DOTALL).group(1)
        self.assertEqual(set(re.findall(r"<(.*?)>", precompiled)) | {"gtest/gtest.h"}, set(NAMES))

    def test_a_missing_header_is_seen(self):
        self.assertEqual(missing("std::vector<int> v; // std::map<", {"string"}), ["vector"])
        self.assertEqual(missing('auto s = "std::set<"; std::sort(a, b);', {"vector"}), ["algorithm"])
        self.assertEqual(missing("std::sort(a, b);", {"algorithm"}), [])


if __name__ == "__main__":
    unittest.main()
