"use strict";
/* Sorts and searches the table of rules; without it the page is complete. */
(function () {
	var table = document.getElementById("table");
	var body = table.tBodies[0];
	var rows = Array.prototype.slice.call(body.rows);
	var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
	var search = document.getElementById("search");
	var show = document.getElementById("show");
	var shown = document.getElementById("shown");
	var texts = rows.map(function (row) {
		return row.textContent.toLowerCase();
	});

	/* What a cell is sorted by: a number that it says, else its text. */
	function keyOf(row, column) {
		var cell = row.cells[column];
		var by = cell.getAttribute("data-by");

		return by === null ? cell.textContent : Number(by);
	}

	function compare(a, b) {
		if (typeof a.key === "number")
			return a.key - b.key;
		return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
	}

	/* Numbers begin with the largest; equal ones stay in the order of the report. */
	function sort(column) {
		var head = heads[column];
		var keyed = rows.map(function (row, at) {
			return {row: row, at: at, key: keyOf(row, column)};
		});
		var isNumber = keyed.length > 0 && typeof keyed[0].key === "number";
		var first = isNumber ? "descending" : "ascending";
		var second = isNumber ? "ascending" : "descending";
		var order = head.getAttribute("aria-sort") === first ? second : first;
		var sign = order === "ascending" ? 1 : -1;

		keyed.sort(function (a, b) {
			return sign * compare(a, b) || a.at - b.at;
		});
		heads.forEach(function (other) {
			other.setAttribute("aria-sort", other === head ? order : "none");
		});
		var fragment = document.createDocumentFragment();
		keyed.forEach(function (one) {
			fragment.appendChild(one.row);
		});
		body.appendChild(fragment);
	}

	function filter() {
		var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		var count = 0;

		rows.forEach(function (row, at) {
			var isShown = (show.value === "" || row.classList.contains(show.value)) &&
				words.every(function (word) {
					return texts[at].indexOf(word) >= 0;
				});

			row.hidden = !isShown;
			count += isShown ? 1 : 0;
		});
		shown.textContent = count + " of " + rows.length +
			(rows.length === 1 ? " rule" : " rules");
	}

	/* A link to a rule must find it, whatever is searched for. */
	function reveal() {
		var row = document.getElementById(location.hash.slice(1));

		if (!row || !row.hidden)
			return;
		search.value = "";
		show.value = "";
		filter();
		row.scrollIntoView();
	}

	heads.forEach(function (head, column) {
		var button = document.createElement("button");

		button.type = "button";
		button.textContent = head.textContent;
		button.addEventListener("click", function () {
			sort(column);
		});
		head.textContent = "";
		head.appendChild(button);
		head.setAttribute("aria-sort", "none");
	});
	search.addEventListener("input", filter);
	show.addEventListener("change", filter);
	document.getElementById("controls").addEventListener("submit", function (event) {
		event.preventDefault();
	});
	addEventListener("hashchange", reveal);
	document.getElementById("controls").hidden = false;
	filter();
})();
