import type { FastifyInstance } from 'fastify';
import type { FaultSwitch } from '../http/faults';
import { AccountRate } from '../http/rate';
import type { PlatformShape } from '../options';
import type { Platform } from '../platform';
import type { Store } from '../store';
import { authenticateAccount } from './platformAccount';
import { databaseRoutes } from './platformDatabases';
import { sendPlatformErrors } from './platformErrors';
import { historyRoutes } from './platformHistory';
import { platformMessageRoutes } from './platformMessages';
import { templateRoutes } from './platformTemplates';
import { userRoutes } from './platformUsers';

interface PlatformRouteParts {
	store: Store;
	platform: Platform;
	faults: FaultSwitch;
	platformShape: PlatformShape;
	platformRate: number;
}

/** Jelou's platform API, for which each project is an account of its own. */
export function platformRoutes(
	app: FastifyInstance,
	{ store, platform, faults, platformShape, platformRate }: PlatformRouteParts,
): void {
	sendPlatformErrors(app);
	app.addHook('preValidation', authenticateAccount(store, new AccountRate(platformRate), platformRate));
	templateRoutes(app, store, platformShape);
	platformMessageRoutes(app, store, platform, faults);
	historyRoutes(app, store);
	userRoutes(app, store);
	databaseRoutes(app);
}
