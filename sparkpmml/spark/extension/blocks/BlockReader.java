package io.sparkpmml.blocks;

import java.util.Arrays;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.Platform;

/** Reads a block's columns in their order; each keeps the block's bytes and reads its values where they lie. */
final class BlockReader {

    private final byte[] bytes;
    private int place;

    /** The number of rows of the block. */
    final int rows;

    BlockReader(byte[] bytes) {
        this.bytes = bytes;
        for (int i = 0; i < BlockWriter.MARK.length; i++) {
            if (bytes[i] != BlockWriter.MARK[i]) {
                throw new IllegalStateException("Python's answer is no block of sparkpmml: the jar and the package in"
                        + " the workers are of different versions (" + Arrays.toString(Arrays.copyOf(bytes, 8)) + ")");
            }
        }
        this.place = BlockWriter.MARK.length;
        this.rows = nextInt();
        nextInt(); // the number of columns, which the types tell, too
    }

    ColumnVector next(DataType type) {
        return BlockVector.read(this, type);
    }

    byte[] bytes() {
        return bytes;
    }

    int nextInt() {
        place += 4;
        return Platform.getInt(bytes, Platform.BYTE_ARRAY_OFFSET + place - 4);
    }

    /** Pass over so many bytes and those up to the next multiple of eight; returns the address of the first. */
    long skip(int size) {
        long address = Platform.BYTE_ARRAY_OFFSET + place;
        place = Math.addExact(place, ColumnWriter.padded(size));
        if (size < 0 || place > bytes.length) { // nobody looks again: an address beyond the block would end the JVM
            throw new IllegalStateException(
                    "a block of " + bytes.length + " bytes ends within a column, which would end at " + place);
        }
        return address;
    }
}
