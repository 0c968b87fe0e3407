// Hands the microphone's samples to the page, as 16-bit numbers in blocks of 4,096. Any message asks for what is left, as the last block.
class Recorder extends AudioWorkletProcessor {
  block = new Int16Array(4096);
  filled = 0;

  constructor() {
    super();
    this.port.onmessage = () => this.port.postMessage({ block: this.block.slice(0, this.filled), last: true });
  }

  process([[samples]]) {
    for (const sample of samples ?? []) {
      this.block[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
      if (this.filled === this.block.length) {
        this.port.postMessage({ block: this.block.slice(), last: false });
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
