package io.sparkpmml;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

import py4j.ClientServer;
import py4j.ClientServerConnection;
import py4j.Py4JException;
import py4j.PythonClient;

/**
 * The Python process that answers for the functions of the running Spark application. It is started when one of them is
 * called first, and again when it has died. It ends with the JVM, however that ends: its standard input closes then.
 */
public final class PythonProcess {

    private static final String TIMEOUT = "spark.sparkpmml.startTimeout";
    private static final int SHOWN = 500;

    private static PythonProcess current;

    private final SparkContext context;
    private final PythonCommand command;
    private final ClientServer server;
    private final Process process;
    private final Deque<ClientServerConnection> idle = new ConcurrentLinkedDeque<>();
    private final CountDownLatch readyOrEnded = new CountDownLatch(1);
    private volatile BiFunction<String, Object, Object> functions;
    private volatile String lastLine = "";

    /** The process of the running application; the first caller starts it, the others wait for that. */
    static synchronized PythonProcess running() {
        SparkContext context = SparkContext.getOrCreate();
        if (current == null || current.context != context || !current.process.isAlive()) {
            if (current != null) {
                current.end();
                current = null;
            }
            PythonProcess started = new PythonProcess(context);
            started.awaitFunctions();
            current = started;
        }
        return current;
    }

    private PythonProcess(SparkContext context) {
        this.context = context;
        this.command = new PythonCommand(context.getConf());
        String secret = new BigInteger(256, new SecureRandom()).toString(16);
        this.server = startServer(secret);
        try {
            this.process = command.start(server.getJavaServer().getListeningPort(), secret);
        } catch (PythonFailure failure) {
            server.shutdown();
            throw failure;
        }
        daemon(this::readOutput);
    }

    /** What the functions need of this JVM. Python calls it. */
    public JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(context);
    }

    /** Python calls it when it is ready: `functions` answers a call by the function's name and the arguments. */
    public void answerBy(BiFunction<String, Object, Object> functions) {
        this.functions = functions;
        readyOrEnded.countDown();
    }

    /** What the function of this name makes of the arguments; an IllegalArgumentException says why it refuses them. */
    Object call(String name, Object arguments) {
        try {
            return ask(name, arguments);
        } catch (Py4JException error) {
            String words = lastWords();
            // Of a process that lives it is py4j that knows more.
            String cause = process.isAlive() ? ", " + String.valueOf(error.getMessage()).split("\n", 2)[0] : "";
            end();
            throw new PythonFailure(
                    this + " was lost during the call (" + words + cause + "); the next query starts it again");
        }
    }

    /**
     * By a connection that no other call uses. py4j would keep one, and a thread in Python, for each thread that ever
     * called, even when that has ended: a Connect server starts a thread for each query.
     */
    private Object ask(String name, Object arguments) {
        PythonClient client = (PythonClient) server.getJavaServer().getGateway().getCallbackClient();
        if (client.getPerThreadConnection() != null) { // this is part of another call
            return functions.apply(name, arguments);
        }
        client.setPerThreadConnection(idle.pollFirst());
        try {
            return functions.apply(name, arguments);
        } finally {
            ClientServerConnection used = client.getPerThreadConnection();
            client.setPerThreadConnection(null);
            if (used != null && used.getSocket() != null) { // py4j closed it if it failed
                idle.addFirst(used);
            }
        }
    }

    @Override
    public String toString() {
        return "the Python process (" + command.executable + ")";
    }

    private void awaitFunctions() {
        long seconds = context.getConf().getTimeAsSeconds(TIMEOUT, "120s");
        boolean isInTime = await(seconds);
        if (functions == null) {
            String words = lastWords();
            end();
            throw new PythonFailure(isInTime
                    ? this + " could not start (" + words + "): " + PythonCommand.ADVICE
                    : this + " was not ready within the " + seconds + " seconds of " + TIMEOUT + " (" + words + ")");
        }
    }

    private boolean await(long seconds) {
        try {
            return readyOrEnded.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException error) { // the query was cancelled
            Thread.currentThread().interrupt();
            end();
            throw new PythonFailure("the start of " + this + " was interrupted");
        }
    }

    /** Once it is ready, what Python prints is for the log; before, the last line says why it could not start. */
    private void readOutput() {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                keep(line);
            }
        } catch (IOException error) {
            keep(error.toString());
        }
        readyOrEnded.countDown();
    }

    private void keep(String line) {
        if (functions != null) {
            System.err.println(line);
        }
        if (!line.trim().isEmpty()) {
            lastLine = line.trim();
        }
    }

    private String lastWords() {
        String words = lastLine.length() > SHOWN ? lastLine.substring(0, SHOWN) + " ..." : lastLine;
        return exitStatus() + (words.isEmpty() ? "" : ": " + words);
    }

    private String exitStatus() {
        try {
            return process.waitFor(2, TimeUnit.SECONDS) ? "exit code " + process.exitValue() : "it still runs";
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            return "it still runs";
        }
    }

    private void end() {
        process.destroyForcibly();
        server.shutdown();
    }

    /** It starts on a daemon, which makes daemons of all its threads: they must not keep the JVM from ending. */
    private ClientServer startServer(String secret) {
        FutureTask<ClientServer> start = new FutureTask<>(() -> new ClientServer.ClientServerBuilder(this)
                .authToken(secret)
                .javaPort(0)
                .javaAddress(InetAddress.getLoopbackAddress())
                .build());
        daemon(start);
        try {
            return start.get();
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new PythonFailure("the start of " + this + " was interrupted");
        } catch (ExecutionException error) {
            throw new PythonFailure(this + " could not be given a port: " + error.getCause());
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "sparkpmml");
        thread.setDaemon(true);
        thread.start();
    }
}
