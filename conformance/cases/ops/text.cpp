// Operators on strings.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

Family string_normalizer() {
  Family family;
  const auto add = [&](const char* name, const char* action, int sensitive, std::vector<std::string> stopwords,
                       Shape shape) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form)
                        .in(data.tensor(DType::kString, shape))
                        .attribute("case_change_action", action)
                        .attribute("is_case_sensitive", sensitive);
      return stopwords.empty() ? std::move(draft) : std::move(draft).strings("stopwords", stopwords);
    });
  };
  add("upper", "UPPER", 1, {}, {7});
  add("lower", "LOWER", 1, {}, {7});
  add("stopwords", "NONE", 1, {"joint", "a"}, {9});
  add("stopwords-any-case", "LOWER", 0, {"MORTISE"}, {9});
  add("row", "UPPER", 1, {"zero"}, {1, 8});
  return family;
}

Family string_split() {
  Family family;
  const auto add = [&](const char* name, std::optional<const char*> delimiter, std::optional<int> most) {
    family.add(name, [=](const Form& form, Data& data) {
      std::vector<std::string> texts(6);
      for (std::string& text : texts) {
        for (int64_t i = data.integer(0, 4); i > 0; --i) text += data.word(9) + (data.chance(0.5) ? "," : " ");
      }
      Draft draft = Draft(form).in(Tensor::strings({2, 3}, texts)).outputs(2);
      if (delimiter) draft = std::move(draft).attribute("delimiter", *delimiter);
      return most ? std::move(draft).attribute("maxsplit", *most) : std::move(draft);
    });
  };
  add("spaces", {}, {});
  add("comma", ",", {});
  add("most", ",", 1);
  add("empty-delimiter", "", {});
  return family;
}

Family regex_full_match() {
  Family family;
  const auto add = [&](const char* name, const char* pattern) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form).in(data.tensor(DType::kString, {3, 4})).attribute("pattern", pattern);
    });
  };
  add("letters", "[a-z]+");
  add("digits", "\\d*");
  add("choice", "(Mortise|tenon)");
  return family;
}

Family tf_idf() {
  Family family;
  const auto add = [&](const char* name, const char* mode, Shape shape, int skip, int least, bool weights) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, shape, {0, 4, true}))
                        .attribute("mode", mode)
                        .attribute("min_gram_length", least)
                        .attribute("max_gram_length", 2)
                        .attribute("max_skip_count", skip)
                        .ints("ngram_counts", {0, 4})
                        .ints("ngram_indexes", {0, 1, 2, 3, 4, 5, 6});
      if (weights) draft = std::move(draft).floats("weights", {0.5f, 2, 3, 0.25f, 1, 4, 1.5f});
      if (form.dtype != DType::kString) return std::move(draft).ints("pool_int64s", {0, 1, 2, 3, 0, 1, 1, 2, 3, 0});
      return std::move(draft).strings("pool_strings",
                                      {"", "a", "Mortise", "tenon", "", "a", "a", "Mortise", "tenon", ""});
    });
  };
  add("counts", "TF", {9}, 0, 1, false);
  add("skips", "TF", {9}, 3, 1, false);
  add("pairs", "TF", {20}, 1, 2, false);
  add("presence", "IDF", {12}, 0, 1, false);
  add("weights", "IDF", {12}, 0, 1, true);
  add("weighted-counts", "TFIDF", {12}, 0, 1, true);
  add("rows", "TF", {2, 8}, 1, 1, false);
  return family;
}

}  // namespace mortise::conformance::ops
