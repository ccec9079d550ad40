import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import * as clock from '../../nodes/Jelou/shared/clock';
import type { Pause, Question } from '../../nodes/Jelou/shared/triggerNote';
import { RoomStore } from '../../nodes/Jelou/trigger/rooms/roomStore';
import { stepWith } from '../support/step';

const PROJECT = 'https://gateway.example.com project';
const START = 1_800_000_000_000;
const LASTS_MS = 10_000;
const ROOMS = ['r', 's'];

let now: number;
beforeEach(() => {
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	jest.spyOn(clock, 'uptime').mockImplementation(() => now - START);
});
afterEach(() => jest.restoreAllMocks());

/** A process with its memory, and a delivery's copy of the static data. */
interface Process {
	store: RoomStore;
	copy?: IDataObject;
	/** By room, when the newest of the pauses that this process has ended was requested. */
	endedPauses: Map<string, number>;
	endedQuestions: Set<string>;
}

interface World {
	database: IDataObject;
	/** What n8n stored earlier, for a run that writes an old copy back. */
	before: IDataObject[];
	processes: [Process, Process];
	questions: Question[];
	pauses: Pause[];
}

interface Step {
	does: string;
	by: 0 | 1;
	room: string;
	/** Distinguishes what nothing else does: runs, and the age of copies. */
	which: number;
}

const newProcess = (): Process => ({
	store: new RoomStore(PROJECT),
	endedPauses: new Map(),
	endedQuestions: new Set(),
});

/** The newest known pause of a room. */
function newestPause({ pauses }: World, roomId: string, isIt: (pause: Pause) => boolean = () => true) {
	return pauses.findLast((pause) => pause.roomId === roomId && isIt(pause));
}

/** A delivery gets a copy of what n8n has stored. */
function begin(world: World, process: Process): void {
	process.copy = structuredClone(world.database);
	process.store.load(process.copy);
}

/** n8n stores the delivery's copy, if it was written. */
function finish(world: World, process: Process): void {
	const { copy, store } = process;
	if (copy === undefined || !store.needsSaving) return;
	store.save(copy);
	world.before.push(world.database);
	world.database = copy;
	process.copy = undefined;
}

function deliver(world: World, process: Process): void {
	begin(world, process);
	finish(world, process);
}

const STEPS: Record<string, (world: World, process: Process, step: Step) => void> = {
	add(world, { store }, { room, which }) {
		const asked: Question = {
			id: `q${String(world.questions.length)}`,
			roomId: room,
			userId: 'user',
			botId: 'bot',
			title: 'What is it?',
			projectId: 'project',
			runId: `run-${String(which % 3)}`,
			resumePath: `/webhook-waiting/${String(which)}/node?signature=s`,
			askedAt: now,
			until: now + LASTS_MS,
			steps: [stepWith()],
		};
		const isBusy = store.isBusyFor(asked);
		if (store.add(asked, isBusy ? 'queued' : 'pending', isBusy ? '¿Qué?' : '')) world.questions.push(asked);
	},
	open(_world, { store }, { room }) {
		const [first] = store.asked(room);
		if (first) store.open(first);
	},
	askNext(_world, { store }, { room }) {
		const next = store.nextIn(room);
		if (next === undefined) return;
		expect(store.asked(room)).toEqual([]);
		store.change(next, { phase: 'pending' });
	},
	askAgain(_world, { store }, { room }) {
		const [first] = store.asked(room);
		if (first) store.change(first, { attempts: first.attempts + 1 });
	},
	keepBefore(_world, { store }, { room }) {
		const [first] = store.asked(room);
		if (first) store.keepBefore(first, [{ chatInput: 'hola' }]);
	},
	answer(_world, { store }, { room }) {
		const [first] = store.asked(room);
		if (first === undefined) return;
		store.reserve(first);
		store.end(first);
	},
	withdraw({ questions }, { store }, { which }) {
		const asked = questions[which % Math.max(1, questions.length)];
		if (asked) store.end(asked);
	},
	pause(world, { store }, { room }) {
		const pause = {
			id: `p${String(world.pauses.length)}`,
			roomId: room,
			askedAt: now,
			until: now + LASTS_MS,
		};
		if (store.addPause(pause)) world.pauses.push(pause);
	},
	endPause(world, { endedPauses, store }, { room }) {
		if (!store.isPaused(room)) return;
		const known = newestPause(world, room, (pause) => store.knowsPause(pause));
		endedPauses.set(room, known?.askedAt ?? 0);
		store.endPause(room);
	},
	begin,
	finish,
	deliver,
	erase(world, _process, { which }) {
		world.before.push(world.database);
		world.database = which % 2 === 0 ? {} : { counter: which };
	},
	setBack(world, _process, { which }) {
		const old = world.before[which % Math.max(1, world.before.length)];
		if (old) world.database = structuredClone(old);
	},
	wait(_world, _process, { which }) {
		now += which * 100;
	},
};

const steps: fc.Arbitrary<Step> = fc.record({
	does: fc.constantFrom(...Object.keys(STEPS), 'add', 'pause', 'deliver', 'deliver'),
	by: fc.constantFrom(0, 1),
	room: fc.constantFrom(...ROOMS),
	which: fc.nat(11),
});

const openIn = ({ store }: Process) => ROOMS.flatMap((room) => store.inRoom(room));
const idsOf = (questions: ReadonlyArray<{ id: string }>) => questions.map(({ id }) => id).sort();

/** Questions that nobody has ended and whose time is not up. */
function lastingOf({ processes, questions }: World): Question[] {
	const isEnded = ({ id }: Question) => processes.some(({ store }) => store.hasEnded(id));
	return questions.filter((each) => each.until > now && !isEnded(each));
}

function isToBePaused(world: World, room: string): boolean {
	const pause = newestPause(world, room);
	if (pause === undefined || pause.until <= now) return false;
	return world.processes.every(({ endedPauses }) => (endedPauses.get(room) ?? 0) < pause.askedAt);
}

/** What holds after each step. */
function check(world: World): void {
	const known = new Set(world.processes.flatMap(openIn).map(({ id }) => id));
	expect(idsOf(lastingOf(world)).filter((id) => !known.has(id))).toEqual([]);
	for (const process of world.processes) {
		const { endedPauses, endedQuestions, store } = process;
		for (const { id } of world.questions) if (store.hasEnded(id)) endedQuestions.add(id);
		expect(idsOf(openIn(process)).filter((id) => endedQuestions.has(id))).toEqual([]);
		for (const [room, askedAt] of endedPauses) {
			const isNewer = (newestPause(world, room)?.askedAt ?? 0) > askedAt;
			expect(store.isPaused(room) && !isNewer).toBe(false);
		}
	}
	for (const room of ROOMS.filter((each) => isToBePaused(world, each))) {
		expect(world.processes.some(({ store }) => store.isPaused(room))).toBe(true);
	}
}

/** Each process gets deliveries until everything that one knows could have reached the other. */
function settle(world: World): void {
	for (let round = 0; round < 3; round++) {
		// A copy that is older than the last write is only late.
		now += 1_000;
		for (const process of world.processes) deliver(world, process);
	}
}

test('whatever two processes do, and whoever erases it, neither loses what lasts, and what has ended stays ended', () => {
	fc.assert(
		fc.property(fc.array(steps, { maxLength: 60 }), (sequence) => {
			now = START;
			const processes: [Process, Process] = [newProcess(), newProcess()];
			const world: World = { database: {}, before: [], processes, questions: [], pauses: [] };
			for (const step of sequence) {
				now += 5;
				STEPS[step.does]?.(world, processes[step.by], step);
				check(world);
			}
			settle(world);
			check(world);
			const restarted = newProcess();
			restarted.store.load(world.database);
			const lasting = idsOf(lastingOf(world));
			for (const process of [...processes, restarted]) {
				expect(idsOf(openIn(process))).toEqual(lasting);
				expect(process.store.needsSaving).toBe(false);
				for (const room of ROOMS) expect(process.store.isPaused(room)).toBe(isToBePaused(world, room));
			}
			const attemptsIn = (process: Process) =>
				new Map(openIn(process).map(({ attempts, id }) => [id, attempts]));
			expect(attemptsIn(processes[1])).toEqual(attemptsIn(processes[0]));
			expect(attemptsIn(restarted)).toEqual(attemptsIn(processes[0]));
		}),
		{ numRuns: 1_000 },
	);
});
