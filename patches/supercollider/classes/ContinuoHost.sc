// Lets a TempoClock (or a LinkClock, which is one) lead Continuo: tempo, beat and bar, start and stop.
// Every message is a bundle stamped with the moment at which the server sounds what the clock plays then.
ContinuoHost {
	var <clock, <engine, <>latency, <isPlaying = false, task;

	*new { |clock, engine, latency|
		^super.new.init(clock ? TempoClock.default, engine ? NetAddr("127.0.0.1", 57190), latency ? Server.default.latency)
	}

	init { |aClock, anEngine, aLatency|
		clock = aClock;
		engine = anEngine;
		latency = aLatency;
		clock.addDependant(this);
		CmdPeriod.add(this);
		this.tellMeter;
		this.tellBeat;
		this.tellEveryBeat;
	}

	// Beats counted so that every bar begins at a multiple of its length, as the engine counts them.
	position { ^(clock.baseBar * clock.beatsPerBar) + clock.beats - clock.baseBarBeat }

	// The engine plays from the next beat that is a multiple of quant (a bar without it); the position stays the clock's.
	start { |quant| this.change("start", quant) }
	continue { |quant| this.change("continue", quant) }

	stop {
		isPlaying = false;
		this.tell(0, "/continuo/host/stop", this.position);
	}

	free {
		CmdPeriod.remove(this);
		clock.removeDependant(this);
		task.stop;
		task = nil;
	}

	// It ends the music, as everywhere, and has cleared the clock: the beat is told on.
	cmdPeriod {
		if(task.notNil) {
			if(isPlaying) { this.stop };
			this.tellEveryBeat;
		}
	}

	// Told by the clock.
	update { |changed, what|
		switch(what,
			\tempo, { this.tellBeat },
			\meter, { this.tellMeter; this.tellBeat },
			\stop, { this.free },
			// A LinkClock passes on what the session's transport does.
			\linkStart, { this.start },
			\linkStop, { this.stop }
		);
	}

	change { |type, quant|
		var beat = this.position.roundUp(quant ? clock.beatsPerBar);
		isPlaying = true;
		this.tell((beat - this.position) / clock.tempo, "/continuo/host/" ++ type, beat);
	}

	tellEveryBeat {
		task.stop;
		task = Routine({ loop { this.tellBeat; 1.wait } });
		// On the grid of the bars, which may begin between whole beats.
		clock.schedAbs(clock.beats + (this.position.ceil - this.position), task);
	}

	tellBeat { this.tell(0, "/continuo/host/beat", clock.tempo * 60, this.position) }

	tellMeter { engine.sendMsg("/continuo/beats-per-bar", clock.beatsPerBar.asInteger) }

	// Beats and bundles go by the same logical time, so the stamp is exact whenever sclang gets to it.
	tell { |delay, address ... values|
		engine.sendBundle(delay + latency, [address] ++ values.collect(_.asFloat));
	}
}
