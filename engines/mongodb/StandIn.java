import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import org.h2.mvstore.MVStore;

/** What stands in for MongoDB where no mongod can be had. Arguments: port, file of its data. */
class StandIn {
  /** A wire version that today's drivers accept; they refuse the library's own. */
  static final MongoVersion VERSION =
      new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
          return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
          return 13;
        }
      };

  /**
   * What it has answered outlives a kill, as with MongoDB's journal: by itself it writes once a second. One message at a
   * time, since two that make the same collection fail each other.
   */
  static class JournaledBackend extends H2Backend {
    JournaledBackend(String file) {
      super(new MVStore.Builder().fileName(file).autoCommitDisabled().open());
      // Its file would grow by a block with each answer.
      getMvStore().setRetentionTime(0);
      version(VERSION);
    }

    @Override
    public synchronized Document handleMessage(MongoMessage message) {
      var answer = super.handleMessage(message);
      commit();
      return answer;
    }
  }

  public static void main(String[] arguments) {
    var server = new MongoServer(new JournaledBackend(arguments[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("ready for connections");
  }
}
