import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { WORK_FOLDER } from '../../../scripts/paths';
import { openExamples } from '../../../scripts/start/examples';
import { readMade } from '../../../scripts/start/kept';
import { startProjects } from '../../../scripts/start/projects';
import { WITH_EDITOR, startStage, type Stage } from '../../server/support/stage';
import { Chat } from './chat';
import { Editor } from './editor';

/** What `npm start` gives a new user, open in a browser: n8n with the examples, and the chat page of all projects. */
export interface Newcomer {
	stage: Stage;
	editor: Editor;
	chat: Chat;
	close(): Promise<void>;
}

export async function startNewcomer(): Promise<Newcomer> {
	const stage = await startStage(WITH_EDITOR, startProjects());
	const folder = join(WORK_FOLDER, 'test', randomUUID());
	let editor: Editor | undefined;
	const close = async () => {
		await editor?.close();
		await stage.stop();
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		mkdirSync(folder, { recursive: true });
		await openExamples({ ...stage, made: readMade(join(folder, 'made.json')) });
		editor = await Editor.open(stage.n8n.url);
		const chat = new Chat(await editor.window(stage.sandbox.url));
		await editor.page.bringToFront();
		return { stage, editor, chat, close };
	} catch (error) {
		await close();
		throw error;
	}
}
