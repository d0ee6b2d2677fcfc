/*
 * How the queue would fare on machines that are not here: its own code, driven by
 * a clock that is simulated and by threads that are played, with the times that
 * stages were measured to take.
 *
 * What threads share besides the queue are servers that do one thing after
 * another: storage, from where the bytes of all inputs come; delivery; memory; the
 * mutex. A stage ends when its own time has passed and when the servers have done
 * their share. tests/bench/README.md tells what came of it; given an argument, this
 * program prints the table.
 */
#include "rooms.h"

#include "players.h"

#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "vcnflow/queue.h"

/* All times are in nanoseconds, and so much is done in a second of 1e9. */
#define SECOND 1e9

/* The mutex is held so long for a task, and a thread is awake so long after. */
#define HOLD_NS 400.0
#define WAKE_NS 8000.0

/* Of each byte of text so many go over the memory bus: it is inflated, read,
 * written as output, copied by the kernel. */
#define PASSES 4.0

/* What is done with a block of LIMIT_BLOCK. */
struct work {
	const char *name;
	double ratio; /* of inflated bytes to stored ones */
	double inflate_ns;
	double work_ns;
	double deliver_ns;   /* besides writing */
	double output_bytes; /* that are written */
};

/* Where bytes come from and go to, in bytes a second. */
struct machine {
	const char *name;
	double storage;
	double first_byte_ns; /* of each input */
	double output;
	double memory;
};

/* Measured on an AMD EPYC of two cores: see tests/bench/README.md. */
static const struct work judging = {"--rules -l none", 7.5, 150e3, 150e3, 1e3, 250e3};
static const struct work compressing = {"-z -l none", 7.5, 150e3, 220e3, 1e3, 26e3};
static const struct work summing = {"--conversations", 14.9, 75e3, 62e3, 13e3, 0};

static const struct machine file = {"NVMe to a file", 7e9, 1e5, 5e9, 200e9};
static const struct machine into_pipe = {"NVMe to a pipe", 7e9, 1e5, 2e9, 200e9};
static const struct machine network = {"10 Gbit/s to a file", 1.25e9, 30e6, 5e9, 200e9};

struct clocked {
	struct player player;
	double until; /* when the act ends; without one: when it looks for one, or never */
};

/* What does one thing after another, and how long it has. */
struct server {
	double free_at;
	double busy;
};

static struct queue queue;
static struct clocked players[LIMIT_THREADS];
static unsigned player_count;
static double now;
static struct server storage, deliverer, memory, mutex;
static const struct work *work;
static const struct machine *machine;
static unsigned inputs_left, blocks_each;
static unsigned delivered;
static size_t most_text;

/* The end of what is asked of a server now. */
static double serve(struct server *server, double duration)
{
	double begin = server->free_at > now ? server->free_at : now;

	server->free_at = begin + duration;
	server->busy += duration;
	return server->free_at;
}

static double later(double a, double b)
{
	return a > b ? a : b;
}

static double of_memory(double bytes)
{
	return serve(&memory, bytes / machine->memory * SECOND);
}

static double begin_read(const struct queue_input *input)
{
	double stored = LIMIT_BLOCK / work->ratio;
	double ends = serve(&storage, stored / machine->storage * SECOND);

	ends = later(ends, of_memory(LIMIT_BLOCK * PASSES / 2));
	ends = later(ends, now + work->inflate_ns);
	return input->begun ? ends : ends + machine->first_byte_ns;
}

/* Writing is the delivering thread's own work: it copies, or waits. */
static double begin_delivery(void)
{
	double writing = work->output_bytes / machine->output * SECOND;

	if (queue_oldest_job(&queue) == NULL)
		return serve(&deliverer, 1e3);
	return serve(&deliverer, work->deliver_ns + writing);
}

static double end_of(const struct player *player)
{
	switch (player->act) {
	case ACT_OPEN:
		return now + 20e3;
	case ACT_READ:
		return begin_read(player->input);
	case ACT_WORK:
		return later(now + work->work_ns, of_memory(LIMIT_BLOCK * PASSES / 2));
	case ACT_DELIVER:
		return begin_delivery();
	default:
		return INFINITY;
	}
}

static void begin(struct clocked *clocked)
{
	player_begin(&clocked->player, &queue);
	clocked->until = end_of(&clocked->player);
	if (clocked->player.act == ACT_READ)
		clocked->player.input->begun = true;
	queue.threads.idle += clocked->player.act == ACT_NONE;
}

static void end_read(struct player *player)
{
	struct queue_job *job = queue_take_job(&queue, 0);

	/* its text is counted, and not needed */
	job->block.cap = LIMIT_BLOCK;
	player_end_read(player, &queue, job);
	if (queue.text_held > most_text)
		most_text = queue.text_held;
}

static void end_open(void)
{
	unsigned blocks = 0;

	/* objects are not all alike */
	if (inputs_left > 0)
		blocks = blocks_each / 2 + 1 + (--inputs_left * 7919) % blocks_each;
	player_end_open(&queue, blocks, true);
}

static void end(struct player *player)
{
	switch (player->act) {
	case ACT_OPEN:
		end_open();
		break;
	case ACT_READ:
		end_read(player);
		break;
	case ACT_WORK:
		player->job->out.len = work->output_bytes > 0;
		queue_end_work(&queue, player->job);
		break;
	case ACT_DELIVER:
		delivered += player_end_delivery(&queue);
		break;
	default:
		break;
	}
}

static void wake_idle(void)
{
	if (!queue_should_wake_idle(&queue))
		return;
	for (unsigned i = 0; i < player_count; i++) {
		if (!isinf(players[i].until))
			continue;
		queue.threads.idle--;
		players[i].until = now + WAKE_NS;
		return;
	}
}

/* The player whose act ends next. */
static struct clocked *next_player(void)
{
	struct clocked *next = &players[0];

	for (unsigned i = 1; i < player_count; i++)
		if (players[i].until < next->until)
			next = &players[i];
	return next;
}

/* What a run came to. */
struct outcome {
	double speed; /* bytes inflated in a second */
	double held;  /* text at once, at the most */
	/* how much of the time each was busy */
	double storage, deliver, memory, mutex;
};

static struct outcome play(const struct work *of_work, const struct machine *on_machine,
	unsigned threads, unsigned inputs, unsigned blocks)
{
	struct options options;
	struct outcome outcome;

	default_options(&options);
	options.threads = threads;
	assert_int_equal(queue_init(&queue, &options, NULL), 0);
	work = of_work;
	machine = on_machine;
	queue.threads.running = player_count = threads;
	inputs_left = inputs;
	blocks_each = blocks;
	now = 0;
	delivered = 0;
	most_text = 0;
	storage = deliverer = memory = mutex = (struct server){0};
	for (unsigned i = 0; i < threads; i++)
		players[i] = (struct clocked){.until = 0};
	while (!queue.inputs_ended || queue.inputs != NULL) {
		struct clocked *next = next_player();

		if (isinf(next->until))
			fail_msg("nothing goes on");
		/* it waits for the mutex, has it, and goes on when it lets go */
		now = later(next->until, mutex.free_at);
		now = serve(&mutex, HOLD_NS);
		end(&next->player);
		begin(next);
		wake_idle();
	}
	outcome = (struct outcome){
		.speed = delivered * (double)LIMIT_BLOCK / now * SECOND,
		.held = (double)most_text,
		.storage = storage.busy / now,
		.deliver = deliverer.busy / now,
		.memory = memory.busy / now,
		.mutex = mutex.busy / now,
	};
	queue_free(&queue);
	drop_options();
	return outcome;
}

struct row {
	const struct work *work;
	const struct machine *machine;
	unsigned inputs, blocks;
	const char *what;
};

static const struct row rows[] = {
	{&judging, &file, 1, 20000, "one object"},
	{&judging, &file, 4000, 8, "objects of 2 MiB"},
	{&judging, &file, 800, 40, "objects of 10 MiB"},
	{&judging, &file, 100, 400, "objects of 100 MiB"},
	{&judging, &into_pipe, 800, 40, "objects of 10 MiB"},
	{&judging, &network, 800, 40, "objects of 10 MiB"},
	{&compressing, &file, 800, 40, "objects of 10 MiB"},
	{&compressing, &file, 100, 400, "objects of 100 MiB"},
	{&compressing, &network, 4000, 8, "objects of 2 MiB"},
	{&compressing, &network, 800, 40, "objects of 10 MiB"},
	{&summing, &file, 800, 40, "objects of 10 MiB"},
	{&summing, &network, 800, 40, "objects of 10 MiB"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct outcome play_row(const struct row *row, unsigned threads)
{
	return play(row->work, row->machine, threads, row->inputs, row->blocks);
}

static void print_table(void)
{
	static const unsigned threads[] = {1, 2, 4, 8, 16, 32, 64};

	for (size_t i = 0; i < ROWS; i++) {
		double of_one = play_row(&rows[i], 1).speed;

		printf("%s, %s, %s\n", rows[i].work->name, rows[i].machine->name, rows[i].what);
		printf("threads     GB/s    times      MiB  storage  deliver   memory    mutex\n");
		for (size_t j = 0; j < sizeof(threads) / sizeof(threads[0]); j++) {
			struct outcome of = play_row(&rows[i], threads[j]);

			printf("%7u %8.2f %8.1f %8.1f %7.0f%% %7.0f%% %7.0f%% %7.0f%%\n",
				threads[j], of.speed / 1e9, of.speed / of_one, of.held / (1 << 20),
				100 * of.storage, 100 * of.deliver, 100 * of.memory,
				100 * of.mutex);
		}
		printf("\n");
	}
}

/* What is busy for more of the time is a bound. */
#define BUSY 0.85

/* More threads are never slower than fewer, but for what luck makes of them. */
static void test_more_is_not_less(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		double best = 0;

		for (unsigned threads = 1; threads <= 16; threads *= 2) {
			double speed = play_row(&rows[i], threads).speed;

			if (speed < best * 0.9)
				fail_msg("%s, %s, %s: %u threads are slower than fewer",
					rows[i].work->name, rows[i].machine->name, rows[i].what,
					threads);
			best = later(best, speed);
		}
	}
}

/* Below 16 threads it is not the queue that bounds what is done, but what threads
 * share: who inflates the one object, who delivers, and storage. */
static void test_bounds_below_sixteen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		double of_one = play_row(&rows[i], 1).speed;
		struct outcome of = play_row(&rows[i], 8);
		/* the oldest object is inflated by one thread, and so much of it was
		 * read ahead, at the best */
		double object = rows[i].blocks * (double)LIMIT_BLOCK;
		double ahead = LIMIT_TEXT_AHEAD + 8.0 * LIMIT_TEXT_AHEAD_THREAD;
		double one_reader = LIMIT_BLOCK / rows[i].work->inflate_ns * SECOND *
				    (rows[i].inputs == 1 ? 1 : 1 + ahead / object);

		if (of.deliver < BUSY && of.storage < BUSY && of.speed < 0.75 * 8 * of_one &&
			of.speed < 0.8 * one_reader)
			fail_msg("%s, %s, %s: %.1f times the speed of one thread",
				rows[i].work->name, rows[i].machine->name, rows[i].what,
				of.speed / of_one);
	}
}

/* The mutex is far from being one, and memory is none. */
static void test_what_does_not_bound(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct outcome of = play_row(&rows[i], 64);

		assert_true(of.mutex < 0.5);
		assert_true(of.memory < BUSY);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_is_not_less),
		cmocka_unit_test(test_bounds_below_sixteen),
		cmocka_unit_test(test_what_does_not_bound),
	};

	(void)argv;
	if (argc > 1) {
		print_table();
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
