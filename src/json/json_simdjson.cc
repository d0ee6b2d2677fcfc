/*
 * The JSON parser's C face over libsimdjson On-Demand.
 *
 * On-Demand checks what is walked and nothing else, so a text is walked whole,
 * once, without recursion: brackets, commas and colons are checked by it, UTF-8
 * and control bytes by its first stage; numbers, literals and escapes are
 * checked here, and that nothing follows the value. A text without a
 * backslash has no escape to check, and one memchr tells. Where brackets are
 * missing On-Demand goes on past the last token, seeing the byte after the
 * text: a value is never taken from there, and at the end exactly all tokens
 * must have been used.
 *
 * Two visitors hang on the traversal: one fills the slots of a plan, one builds a
 * tree. Memory: about 6 times the longest text, kept from text to text.
 */
#include <cstdlib>
#include <cstring>
#include <new>

#include <simdjson.h>

#include "base/limits.h"
#include "json/escape.h"
#include "json/json.h"
#include "json/number.h"
#include "json/plan.h"
#include "json/space.h"
#include "json/template.h"
#include "json/tree.h"
#include "json/visitors.h"

namespace od = simdjson::ondemand;

namespace
{

/* No text is nested deeper than this, whatever the caller allows. */
constexpr unsigned depth_limit = 1024;

/* The first text's room; it doubles from there. */
constexpr size_t capacity_first = 4096;

struct level {
	od::object_iterator members;
	od::array_iterator elements;
	bool is_object;
	void *context; /* the visitor's, of what is inside */
	void *value;   /* the visitor's, of the container itself */
	const char *text;
};

} // namespace

struct json_parser {
	od::parser parser;
	od::document document;
	size_t capacity = 0;
	struct level stack[depth_limit];
	struct json_templates templates;
};

namespace
{

enum json_error error_of(simdjson::error_code code)
{
	switch (code) {
	case simdjson::SUCCESS:
		return JSON_OK;
	case simdjson::UTF8_ERROR:
		return JSON_INVALID_UTF8;
	case simdjson::EMPTY:
		return JSON_EMPTY;
	case simdjson::MEMALLOC:
		return JSON_NO_MEMORY;
	default:
		return JSON_INVALID;
	}
}

/* Gives the parser room for a text, so that it never grows by itself. */
enum json_error reserve(struct json_parser *parser, size_t len)
{
	size_t capacity = parser->capacity;

	if (len <= capacity)
		return JSON_OK;
	if (capacity == 0)
		capacity = capacity_first;
	while (capacity < len)
		capacity *= 2;
	parser->capacity = 0;
	if (parser->parser.allocate(capacity, depth_limit + 8))
		return JSON_NO_MEMORY;
	parser->capacity = capacity;
	return JSON_OK;
}

bool is_text(const char *text, size_t len, const char *literal, size_t literal_len)
{
	return len == literal_len && memcmp(text, literal, len) == 0;
}

/*
 * A traversal of one text. The visitor's contexts are opaque pointers:
 *   void *member(void *context, const char *name, size_t len)
 *       of a member of the container with this context: the value's
 *   void *escaped_member(…)
 *       the same of a name that has an escape in it
 *   void *element(void *context)
 *   void scalar(void *value, enum json_type, const char *text, size_t len)
 *   void *open(void *value, enum json_type, const char *text)
 *       a container begins: the context of what is inside
 *   bool wants_end(void *value), void close(void *value, const char *text,
 *       size_t len)
 *   bool failed(): no memory
 */
template <class Visitor> class traversal
{
      public:
	traversal(struct json_parser *parser, const char *text, size_t len, unsigned max_depth,
		Visitor &visitor)
	    : parser_(parser), begin_(text), end_(text + len),
	      max_depth_(max_depth < depth_limit ? max_depth : depth_limit), visitor_(visitor),
	      escapes_(memchr(text, '\\', len) != nullptr)
	{
	}

	enum json_error run(void *root)
	{
		size_t len = static_cast<size_t>(end_ - begin_);
		enum json_error error = reserve(parser_, len);

		if (error != JSON_OK)
			return error;
		simdjson::padded_string_view view(begin_, len, len + LIMIT_JSON_PADDING);
		error = error_of(parser_->parser.iterate(view).get(parser_->document));
		if (error != JSON_OK)
			return error;
		while (end_ > begin_ && json_is_space(end_[-1]))
			end_--;
		while (begin_ < end_ && json_is_space(*begin_))
			begin_++;
		if (begin_ == end_)
			return JSON_EMPTY;
		if (*begin_ != '{' && *begin_ != '[')
			return root_scalar(root);
		error = root_container(root);
		while (error == JSON_OK && depth_ != 0)
			error = step();
		if (error == JSON_OK && !at_end())
			return JSON_INVALID;
		return error;
	}

	unsigned deepest() const
	{
		return deepest_;
	}
	const char *begin() const
	{
		return begin_;
	}
	const char *end() const
	{
		return end_;
	}
	enum json_type type() const
	{
		return type_;
	}

      private:
	struct json_parser *parser_;
	const char *begin_;
	const char *end_;
	unsigned max_depth_;
	Visitor &visitor_;
	bool escapes_;
	unsigned depth_ = 0;
	unsigned deepest_ = 0;
	enum json_type type_ = JSON_ABSENT;

	/* All tokens were used, and not one more than there are. */
	bool at_end()
	{
		return parser_->document.current_location().error() == simdjson::OUT_OF_BOUNDS;
	}

	enum json_error root_scalar(void *value)
	{
		size_t len = static_cast<size_t>(end_ - begin_);

		if (*begin_ == '"') {
			od::raw_json_string raw;

			if (parser_->document.get_raw_json_string().get(raw) || !at_end())
				return JSON_INVALID;
			type_ = JSON_STRING;
			visitor_.scalar(value, JSON_STRING, begin_, len);
			return string_error(begin_, len);
		}
		return plain_scalar(value, begin_, len, type_);
	}

	enum json_error root_container(void *value)
	{
		if (*begin_ == '{') {
			od::object object;

			type_ = JSON_OBJECT;
			if (parser_->document.get_object().get(object))
				return JSON_INVALID;
			return push_object(object, value, begin_);
		}
		od::array array;

		type_ = JSON_ARRAY;
		if (parser_->document.get_array().get(array))
			return JSON_INVALID;
		return push_array(array, value, begin_);
	}

	/* Takes what is on one level up to a container in it, or to its closing bracket. */
	simdjson_inline enum json_error step()
	{
		struct level &top = parser_->stack[depth_ - 1];
		const unsigned depth = depth_;

		if (!top.is_object)
			return top.elements != od::array_iterator() ? element(top) : pop(top);
		while (top.members != od::object_iterator()) {
			enum json_error error = member(top);

			if (error != JSON_OK || depth_ != depth)
				return error;
		}
		return pop(top);
	}

	simdjson_inline enum json_error member(struct level &top)
	{
		od::field field;

		if ((*top.members).get(field))
			return JSON_INVALID;
		const char *name = field.key().raw();
		od::value value(field.value());
		std::string_view token = value.raw_json_token();

		if (token.data() >= end_)
			return JSON_INVALID;
		size_t name_len = name_length(name, token.data());

		void *context;

		if (escapes_ && memchr(name, '\\', name_len) != nullptr) {
			enum json_error error = string_error(name - 1, name_len + 2);

			if (error != JSON_OK)
				return error;
			context = visitor_.escaped_member(top.context, name, name_len);
		} else {
			context = visitor_.member(top.context, name, name_len);
		}
		if (token[0] != '{' && token[0] != '[') {
			enum json_error error = scalar(value, token, context);

			++top.members;
			return error;
		}
		return container(value, token, context);
	}

	simdjson_inline enum json_error element(struct level &top)
	{
		od::value value;

		if ((*top.elements).get(value))
			return JSON_INVALID;
		std::string_view token = value.raw_json_token();

		if (token.data() >= end_)
			return JSON_INVALID;
		void *context = visitor_.element(top.context);

		if (token[0] != '{' && token[0] != '[') {
			enum json_error error = scalar(value, token, context);

			++top.elements;
			return error;
		}
		return container(value, token, context);
	}

	/* The name ends before the quote before the colon before its value. */
	static simdjson_inline size_t name_length(const char *name, const char *value)
	{
		const char *at = value - 1;

		while (*at != ':')
			at--;
		do
			at--;
		while (*at != '"');
		return static_cast<size_t>(at - name);
	}

	simdjson_inline enum json_error scalar(
		od::value &value, std::string_view token, void *context)
	{
		const char *text = token.data();
		size_t len = token.size();
		enum json_type type;

		/* most tokens end in no blank, which one comparison tells */
		while (len > 1 && text[len - 1] <= ' ' && json_is_space(text[len - 1]))
			len--;
		if (text[0] != '"')
			return plain_scalar(context, text, len, type);
		if (value.get_raw_json_string().error())
			return JSON_INVALID;
		visitor_.scalar(context, JSON_STRING, text, len);
		return escapes_ ? string_error(text, len) : JSON_OK;
	}

	simdjson_inline enum json_error plain_scalar(
		void *context, const char *text, size_t len, enum json_type &type)
	{
		switch (text[0]) {
		case 't':
			type = JSON_TRUE;
			if (!is_text(text, len, "true", 4))
				return JSON_INVALID;
			break;
		case 'f':
			type = JSON_FALSE;
			if (!is_text(text, len, "false", 5))
				return JSON_INVALID;
			break;
		case 'n':
			type = JSON_NULL;
			if (!is_text(text, len, "null", 4))
				return JSON_INVALID;
			break;
		default:
			type = JSON_NUMBER;
			if (!json_number_valid(text, len))
				return JSON_INVALID;
		}
		visitor_.scalar(context, type, text, len);
		return visitor_.failed() ? JSON_NO_MEMORY : JSON_OK;
	}

	/* Judges the escapes of a string, quotes included. */
	enum json_error string_error(const char *text, size_t len)
	{
		if (visitor_.failed())
			return JSON_NO_MEMORY;
		return json_escapes_error(text + 1, len - 2);
	}

	simdjson_inline enum json_error container(
		od::value &value, std::string_view token, void *context)
	{
		if (token[0] == '{') {
			od::object object;

			if (value.get_object().get(object))
				return JSON_INVALID;
			return push_object(object, context, token.data());
		}
		od::array array;

		if (value.get_array().get(array))
			return JSON_INVALID;
		return push_array(array, context, token.data());
	}

	simdjson_inline enum json_error push_object(
		od::object &object, void *value, const char *text)
	{
		if (depth_ == max_depth_)
			return JSON_TOO_DEEP;
		struct level &top = parser_->stack[depth_++];

		if (object.begin().get(top.members))
			return JSON_INVALID;
		top.is_object = true;
		return pushed(top, value, JSON_OBJECT, text);
	}

	simdjson_inline enum json_error push_array(od::array &array, void *value, const char *text)
	{
		if (depth_ == max_depth_)
			return JSON_TOO_DEEP;
		struct level &top = parser_->stack[depth_++];

		if (array.begin().get(top.elements))
			return JSON_INVALID;
		top.is_object = false;
		return pushed(top, value, JSON_ARRAY, text);
	}

	simdjson_inline enum json_error pushed(
		struct level &top, void *value, enum json_type type, const char *text)
	{
		if (deepest_ < depth_)
			deepest_ = depth_;
		top.value = value;
		top.text = text;
		top.context = visitor_.open(value, type, text);
		return visitor_.failed() ? JSON_NO_MEMORY : JSON_OK;
	}

	simdjson_inline enum json_error pop(struct level &top)
	{
		if (visitor_.wants_end(top.value)) {
			const char *end = container_end();

			if (end == nullptr)
				return JSON_INVALID;
			visitor_.close(top.value, top.text, static_cast<size_t>(end - top.text));
		}
		if (--depth_ == 0)
			return JSON_OK;
		struct level &parent = parser_->stack[depth_ - 1];

		if (parent.is_object)
			++parent.members;
		else
			++parent.elements;
		return JSON_OK;
	}

	/* Just after the closing bracket: before the next token's blanks. */
	const char *container_end()
	{
		const char *next;
		simdjson::error_code code = parser_->document.current_location().get(next);

		if (code == simdjson::OUT_OF_BOUNDS)
			return end_;
		if (code || next > end_)
			return nullptr;
		while (json_is_space(next[-1]))
			next--;
		return next;
	}
};

} // namespace

struct json_parser *json_parser_new(void)
{
	struct json_parser *parser = new (std::nothrow) struct json_parser;

	if (parser != nullptr)
		json_templates_init(&parser->templates);
	return parser;
}

void json_parser_free(struct json_parser *parser)
{
	delete parser;
}

enum json_error json_select(struct json_parser *parser, const char *text, size_t len,
	const struct json_plan *plan, unsigned max_depth, struct json_value *values,
	struct json_found *found)
{
	const struct json_value *known;
	enum json_error error;

	if (plan == nullptr) {
		null_visitor visitor;
		traversal<null_visitor> judge(parser, text, len, max_depth, visitor);

		error = judge.run(nullptr);
		*found = {judge.type(), judge.begin(),
			static_cast<size_t>(judge.end() - judge.begin()), judge.deepest()};
		return error;
	}
	if (json_templates_match(
		    &parser->templates, plan, text, len, false, max_depth, &known, found)) {
		memcpy(values, known, json_plan_slots(plan) * sizeof *values);
		return JSON_OK;
	}
	memset(values, 0, json_plan_slots(plan) * sizeof *values);
	plan_visitor visitor(plan, values);
	traversal<plan_visitor> select(parser, text, len, max_depth, visitor);

	error = select.run(json_plan_root(plan));
	*found = {select.type(), select.begin(), static_cast<size_t>(select.end() - select.begin()),
		select.deepest()};
	if (error == JSON_OK)
		json_templates_learn(
			&parser->templates, plan, text, len, values, json_plan_slots(plan), found);
	return error;
}

size_t json_select_known_line(struct json_parser *parser, const char *text, size_t len,
	const struct json_plan *plan, unsigned max_depth, const struct json_value **values,
	struct json_found *found)
{
	return json_templates_match(
		&parser->templates, plan, text, len, true, max_depth, values, found);
}

enum json_error json_tree_parse(struct json_tree *tree, struct json_parser *parser,
	const char *text, size_t len, unsigned max_depth)
{
	tree_visitor visitor(tree);
	void *root = visitor.root();
	traversal<tree_visitor> build(parser, text, len, max_depth, visitor);

	return root == nullptr ? JSON_NO_MEMORY : build.run(root);
}

bool json_is_utf8(const char *text, size_t len)
{
	return simdjson::validate_utf8(text, len);
}
