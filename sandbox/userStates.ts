import type { Project, User } from './types';

/** Whether Jelou's own bot answers a user, or people do. */
export type UserStateName = 'auto' | 'manual';

interface UserState {
	botId: string;
	state: UserStateName;
	/** When it ends by itself, in Unix milliseconds. */
	until: number;
}

/** Who answers each user of each project. */
export class UserStates {
	private readonly states = new Map<string, UserState>();

	/** @param ttl seconds until it is `auto` again; never when absent */
	set(project: Project, user: User, botId: string, state: UserStateName, ttl = Infinity): void {
		this.states.set(JSON.stringify([project.id, user.id]), { botId, state, until: Date.now() + ttl * 1000 });
	}

	/** While it was not set, or its time is over, the bot answers. */
	of(project: Project, user: User): Pick<UserState, 'botId' | 'state'> {
		const known = this.states.get(JSON.stringify([project.id, user.id]));
		const botId = known?.botId ?? project.bots[0]?.id ?? '';
		return { botId, state: known && known.until > Date.now() ? known.state : 'auto' };
	}

	clear(): void {
		this.states.clear();
	}
}
