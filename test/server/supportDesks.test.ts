import { supportDeskChatwoot } from './examples/supportDeskChatwoot';
import { supportDeskTelegram } from './examples/supportDeskTelegram';
import { startStage, type Stage } from './support/stage';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(async () => stage?.stop());

describe('the example "Support desk (Chatwoot)"', () => supportDeskChatwoot(() => stage));
describe('the example "A person answers in Telegram"', () => supportDeskTelegram(() => stage));
