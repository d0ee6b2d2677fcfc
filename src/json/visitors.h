/*
 * What hangs on the traversal of a text (json_simdjson.cc): a visitor that fills
 * the slots of a plan, one that keeps nothing, one that builds a tree. C++, for
 * that file alone; the traversal says what each function is called for.
 */
#ifndef JSON_VISITORS_H
#define JSON_VISITORS_H

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "json/json.h"
#include "json/plan.h"
#include "json/tree.h"

/* Fills the slots of a plan. A context is a plan's member, or null. */
class plan_visitor
{
      public:
	plan_visitor(const struct json_plan *plan, struct json_value *values)
	    : plan_(plan), values_(values)
	{
	}
	inline void *member(void *context, const char *name, size_t len)
	{
		if (context == nullptr)
			return nullptr;
		auto *node = static_cast<struct json_plan_node *>(context);

		return json_plan_find(plan_, node, name, len);
	}
	void *escaped_member(void *context, const char *name, size_t len)
	{
		if (context == nullptr)
			return nullptr;
		auto *node = static_cast<struct json_plan_node *>(context);

		return json_plan_find_escaped(plan_, node, name, len);
	}
	void *element(void *)
	{
		return nullptr;
	}
	inline void scalar(void *value, enum json_type type, const char *text, size_t len)
	{
		if (value != nullptr)
			set(value, type, text, len);
	}
	inline void *open(void *value, enum json_type type, const char *text)
	{
		if (value == nullptr)
			return nullptr;
		set(value, type, text, 1);
		return type == JSON_OBJECT ? value : nullptr;
	}
	bool wants_end(void *value) const
	{
		return value != nullptr;
	}
	void close(void *value, const char *, size_t len)
	{
		auto *node = static_cast<struct json_plan_node *>(value);

		if (node->slot >= 0)
			values_[node->slot].len = len;
	}
	bool failed() const
	{
		return false;
	}

      private:
	const struct json_plan *plan_;
	struct json_value *values_;

	/* Of a member that comes again, what was in it is forgotten. */
	inline void set(void *value, enum json_type type, const char *text, size_t len)
	{
		auto *node = static_cast<struct json_plan_node *>(value);

		if (node->slot < 0)
			return;
		struct json_value *slot = &values_[node->slot];

		if (slot->type != JSON_ABSENT && node->first >= 0)
			json_plan_clear(plan_, node, values_);
		*slot = {text, len, type};
	}
};

/* Judges and keeps nothing. */
class null_visitor
{
      public:
	void *member(void *, const char *, size_t)
	{
		return nullptr;
	}
	void *escaped_member(void *, const char *, size_t)
	{
		return nullptr;
	}
	void *element(void *)
	{
		return nullptr;
	}
	void scalar(void *, enum json_type, const char *, size_t)
	{
	}
	void *open(void *, enum json_type, const char *)
	{
		return nullptr;
	}
	bool wants_end(void *) const
	{
		return false;
	}
	void close(void *, const char *, size_t)
	{
	}
	bool failed() const
	{
		return false;
	}
};

/* Builds a tree. A context is a node's index + 1, so that null is none. */
class tree_visitor
{
      public:
	explicit tree_visitor(struct json_tree *tree) : tree_(tree)
	{
	}
	void *member(void *context, const char *name, size_t len)
	{
		void *value = element(context);

		if (value != nullptr)
			node(value)->name = {name - 1, len + 2, JSON_STRING};
		return value;
	}
	void *escaped_member(void *context, const char *name, size_t len)
	{
		return member(context, name, len);
	}
	void *element(void *context)
	{
		struct json_node *fresh = append();

		if (fresh == nullptr)
			return nullptr;
		uint32_t index = static_cast<uint32_t>(tree_->count - 1);
		struct json_node *parent = node(context);

		/* The parent's text.len holds its last child until it ends. */
		if (parent->first == 0)
			parent->first = index;
		else
			tree_->nodes[parent->value.len].next = index;
		parent->value.len = index;
		return handle(index);
	}
	void *root()
	{
		tree_->count = 0;
		return append() == nullptr ? nullptr : handle(0);
	}
	void scalar(void *value, enum json_type type, const char *text, size_t len)
	{
		if (value != nullptr)
			node(value)->value = {text, len, type};
	}
	void *open(void *value, enum json_type type, const char *text)
	{
		if (value != nullptr)
			node(value)->value = {text, 0, type};
		return value;
	}
	bool wants_end(void *value) const
	{
		return value != nullptr;
	}
	void close(void *value, const char *, size_t len)
	{
		node(value)->value.len = len;
	}
	bool failed() const
	{
		return failed_;
	}

      private:
	struct json_tree *tree_;
	bool failed_ = false;

	static void *handle(uint32_t index)
	{
		return reinterpret_cast<void *>(static_cast<uintptr_t>(index) + 1);
	}
	struct json_node *node(void *context)
	{
		return &tree_->nodes[reinterpret_cast<uintptr_t>(context) - 1];
	}
	struct json_node *append()
	{
		if (tree_->count == tree_->room && !grow()) {
			failed_ = true;
			return nullptr;
		}
		struct json_node *fresh = &tree_->nodes[tree_->count++];

		memset(fresh, 0, sizeof *fresh);
		return fresh;
	}
	bool grow()
	{
		size_t room = tree_->room ? tree_->room * 2 : 64;

		if (room > UINT32_MAX)
			return false;
		void *nodes = realloc(tree_->nodes, room * sizeof *tree_->nodes);

		if (nodes == nullptr)
			return false;
		tree_->nodes = static_cast<struct json_node *>(nodes);
		tree_->room = room;
		return true;
	}
};

#endif
