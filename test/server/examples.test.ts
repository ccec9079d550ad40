import { aiAgent } from './examples/aiAgent';
import { aiAgentWithAPerson } from './examples/aiAgentWithAPerson';
import { broadcast } from './examples/broadcast';
import { businessHours } from './examples/businessHours';
import { echoSupport } from './examples/echoSupport';
import { everyExample } from './examples/everyExample';
import { followUp } from './examples/followUp';
import { guidedOrder, unansweredOrder } from './examples/guidedOrder';
import { mediaIntake } from './examples/mediaIntake';
import { satisfactionSurvey, unansweredSurvey } from './examples/satisfactionSurvey';
import { shippingNotice } from './examples/shippingNotice';
import { start } from './examples/start';
import { ticket } from './examples/ticket';
import { WITH_EDITOR, startStage, type Stage } from './support/stage';

let running: Stage | undefined;
beforeAll(async () => {
	running = await startStage(WITH_EDITOR);
});
afterAll(async () => running?.stop());

/** One n8n for all: each example has a Jelou project of its own. */
function stage(): Stage {
	if (!running) throw new Error('n8n did not start.');
	return running;
}

const testUnansweredOrder = unansweredOrder(stage);
const testUnansweredSurvey = unansweredSurvey(stage);

describe('every example', () => everyExample(stage));
describe('the example "Guided order"', () => guidedOrder(stage));
describe('the example "Echo support"', () => echoSupport(stage));
describe('the example "Business hours"', () => businessHours(stage));
describe('the example "AI agent"', () => aiAgent(stage));
describe('the example "AI agent with a person"', () => aiAgentWithAPerson(stage));
describe('the example "Broadcast"', () => broadcast(stage));
describe('the example "Follow-up"', () => followUp(stage));
describe('the example "Media intake"', () => mediaIntake(stage));
describe('the example "Shipping notice"', () => shippingNotice(stage));
describe('the example "Ticket"', () => ticket(stage));
describe('the example "Satisfaction survey"', () => satisfactionSurvey(stage));
describe('the example "Guided order", unanswered,', testUnansweredOrder);
describe('the example "Satisfaction survey", unanswered,', testUnansweredSurvey);
// Deletes what the others have created.
describe('the examples in npm start', () => start(stage));
