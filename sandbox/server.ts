import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { conversationRoutes } from './api/conversations';
import { PLATFORM, SUPPORT } from './api/document';
import { integrationRoutes } from './api/integration';
import { messageRoutes } from './api/messages';
import { platformRoutes } from './api/platformRoutes';
import { deskRoutes } from './desk/api';
import type { Desk } from './desk/desk';
import { failure } from './http/envelope';
import { rejectBrokenRequest, sendErrors, toApiError } from './http/errors';
import { applyFaults, type FaultSwitch } from './http/faults';
import { guardEveryRoute } from './http/guard';
import { keepRawBodies } from './http/json';
import { recordRequests, recordUnread } from './http/record';
import { applySendingFaults } from './http/sending';
import type { ExistingIntegrationStatus, PlatformShape } from './options';
import type { Platform } from './platform';
import type { Store } from './store';
import { isHttpsOrLocalUrl, isHttpsUrl, isHttpUrl, isPublicHttpsUrl } from './urls';

interface ServerParts {
	store: Store;
	platform: Platform;
	faults: FaultSwitch;
	desk: Desk;
	platformShape: PlatformShape;
	platformRate: number;
	allowInsecureWebhooks: boolean;
	existingIntegrationStatus: ExistingIntegrationStatus;
	/** Aborted when the sandbox begins to close. */
	closing: AbortSignal;
}

/** Jelou's APIs and the desk's over HTTP, without the page and the control API. */
export function createServer({
	store,
	platform,
	faults,
	desk,
	platformShape,
	platformRate,
	allowInsecureWebhooks,
	existingIntegrationStatus,
	closing,
}: ServerParts): FastifyInstance {
	const app = Fastify({
		forceCloseConnections: true,
		return503OnClosing: false,
		routerOptions: { maxParamLength: 5000 },
		clientErrorHandler: rejectBrokenRequest,
		frameworkErrors: (error, request: FastifyRequest, reply: FastifyReply) => {
			// No hook sees a request whose address cannot be decoded, so it is recorded here.
			const problem = toApiError(error);
			recordUnread(request, store, problem.status);
			void reply.code(problem.status).send(failure(problem));
		},
		ajv: {
			customOptions: {
				allErrors: true,
				coerceTypes: false,
				discriminator: true,
				// Where OpenAPI keeps its schemas.
				keywords: ['components'],
				removeAdditional: false,
				useDefaults: false,
				formats: {
					'an HTTPS URL': allowInsecureWebhooks ? isHttpsOrLocalUrl : isHttpsUrl,
					'a public HTTPS URL': allowInsecureWebhooks ? isHttpUrl : isPublicHttpsUrl,
				},
			},
		},
	});
	applyFaults(app, { jelou: faults, desk: desk.faults }, closing);
	recordRequests(app, store);
	applySendingFaults(app, closing);
	guardEveryRoute(app);
	keepRawBodies(app, store);
	sendErrors(app);

	app.addSchema(SUPPORT.schemas);
	app.addSchema(PLATFORM.schemas);
	for (const prefix of SUPPORT.basePaths) {
		void app.register(
			(gateway, _options, done) => {
				integrationRoutes(gateway, store, existingIntegrationStatus);
				conversationRoutes(gateway, store, platform);
				done();
			},
			{ prefix },
		);
	}
	messageRoutes(app, store, platform, faults);
	void app.register(
		(api, _options, done) => {
			platformRoutes(api, { store, platform, faults, platformShape, platformRate });
			done();
		},
		{ prefix: '/api' },
	);
	void app.register(
		(chatwoot, _options, done) => {
			deskRoutes(chatwoot, desk);
			done();
		},
		{ prefix: '/chatwoot' },
	);
	return app;
}
